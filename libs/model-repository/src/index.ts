export * from './model-description.js';
