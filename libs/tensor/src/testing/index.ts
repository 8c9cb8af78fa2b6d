export { saveTensor, type TensorToSave, zip } from './save-tensor.js';
export { type SavedTensor, type SavedValue, torchFiles } from './torch-files.js';
