export * from './log-text.js';
export * from './logger.js';
