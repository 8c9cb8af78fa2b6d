/** Special tokens of DeepSeek V3.2 and later. */
export const BEGIN = '<｜begin▁of▁sentence｜>';
export const END = '<｜end▁of▁sentence｜>';
export const USER = '<｜User｜>';
export const ASSISTANT = '<｜Assistant｜>';
export const THINK = '<think>';
export const END_THINK = '</think>';
