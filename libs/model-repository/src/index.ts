export { describeModel, type DescribeModelOptions } from './describe-model.js';
export { findPackageRoot, listShippedModels } from './locate-model.js';
export { deriveMaxModelLen } from './max-model-len.js';
export type * from './model-description.js';
