/** What `GET /metrics` answers: the series of this process, or of all that serve the port. An injection token. */
export abstract class MetricsPage {
  /** In Prometheus' text form. Rejects with `UnavailableError` when it cannot be had now. */
  abstract text(): Promise<string>;
}
