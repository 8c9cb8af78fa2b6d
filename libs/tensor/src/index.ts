export { copyRows, type CopiedRows, type Matrix } from './copy-rows.js';
export { decodeBase64 } from './decode-base64.js';
export { FLOAT_FORMATS, isFloatDtype, type FloatDtype } from './dtypes.js';
export { readTorchFile, type Tensor, type TorchFileLimits } from './read-torch-file.js';
export { TorchFileError } from './torch-file.error.js';
