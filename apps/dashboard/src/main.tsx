import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './style/base.css';
import './style/parts.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
