/** Version of this package, as `/version` and fingerprints show it. */
export class ServerVersion {
  constructor(readonly text: string) {}
}
