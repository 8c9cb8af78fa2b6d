/** A tag of Kimi K3's markup; white space is tolerated inside (chat-inputs-and-parsers.md §4.2). */
function open(name: string): string {
  return `<|open|> ${name} <|sep|>`;
}

function close(name: string): string {
  return `<|close|> ${name} <|sep|>`;
}

export const THINK = { open: open('think'), close: close('think') };
export const RESPONSE = { open: open('response'), close: close('response') };
export const TOOLS = { open: open('tools'), close: close('tools') };
export const CALL = { open: '<|open|> call', close: close('call') };
export const ARGUMENT = { open: '<|open|> argument', close: close('argument') };
export const MESSAGE_CLOSE = close('message');
export const TAG_END = '<|sep|>';

export const kimiK3Markers = ['<|open|>', '<|close|>', TAG_END];
