import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { notificationSettings } from './settings.js';

export const notificationService: ServiceDefinition<typeof notificationSettings> = {
  name: 'notification',
  title: 'Notification API',
  settings: notificationSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
