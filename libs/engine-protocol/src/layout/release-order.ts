const byNumber = new Intl.Collator('en', { numeric: true });

/** Whether a release, as layouts name it ("0.27.1"), is `since` ("0.27") or a newer one. */
export function isReleaseFrom(since: string, release: string): boolean {
  return byNumber.compare(release, since) >= 0;
}
