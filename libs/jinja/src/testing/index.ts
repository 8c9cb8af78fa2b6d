export { outcome, type Outcome } from './outcome.js';
