/** Answer of `POST /is_scaling_elastic_ep`. */
export interface ScalingStatus {
  readonly is_scaling_elastic_ep: boolean;
  readonly phase: 'idle' | 'draining' | 'preparing' | 'committing' | 'failed';
  /** Of changes that a balancer outside directs; there are none here. */
  readonly epoch: null;
  readonly error: string | null;
  readonly requested_data_parallel_size: number | null;
}
