const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** True for a `Host` that can only be read one way: a name or an address, perhaps with a port. */
export function isPlainHost(host: string | undefined): host is string {
  return host !== undefined && host.length <= 255 && HOST.test(host);
}

/** True when a request names two hosts: proxies and servers disagree about which one counts. `rawHeaders`: names and values by turns. */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  const isHost = (text: string, index: number): boolean =>
    index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host';
  return rawHeaders.findIndex(isHost) !== rawHeaders.findLastIndex(isHost);
}
