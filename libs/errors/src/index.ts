export * from './server-error.js';
