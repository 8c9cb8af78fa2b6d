/** Version of this package, as `/version` shows it. */
export class ServerVersion {
  constructor(readonly text: string) {}
}
