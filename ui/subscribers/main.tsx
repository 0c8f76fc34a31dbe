import { startView } from '../apps/start.js';
import { Subscribers } from './subscribers.js';

startView('manychat contacts', Subscribers);
