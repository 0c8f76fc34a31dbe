import { startView } from '../apps/start.js';
import { Preview } from './preview.js';

startView('manychat message preview', Preview);
