/** The documents of the contracts, as they are to lie in docs/contracts. */
import { declaredMessages } from '../declared.js';
import { shapesOf } from '../shapes.js';
import { currentTopics } from '../topics.js';
import type { Pages } from '../../docs/pages.js';
import { asyncapiOf, type Documented } from './asyncapi.js';
import { catalogueOf } from './catalogue.js';
import { pageOf } from './page.js';
import { comments, goldenMessages, handledTopics, packageVersion } from './sources.js';

export async function documented(): Promise<Documented> {
  const { shapes, problems } = shapesOf(declaredMessages());
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return {
    entries: catalogueOf(shapes, { golden: goldenMessages(), comments: comments() }),
    topics: currentTopics(),
    handled: await handledTopics(),
    version: packageVersion(),
  };
}

export async function contractPages(): Promise<Pages> {
  const all = await documented();
  return {
    'asyncapi.json': `${JSON.stringify(asyncapiOf(all), null, 1)}\n`,
    'index.html': pageOf(all),
  };
}
