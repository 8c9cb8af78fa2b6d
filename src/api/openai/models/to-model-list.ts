import type { ServedModels } from '@server/engine/served-models';
import { randomId } from '@server/http/request-id';

/** Body of `GET /v1/models`, keys in the order of the wire (routes.md §1.2). */
export interface ModelList {
  readonly object: 'list';
  readonly data: readonly ModelCard[];
}

interface ModelCard {
  readonly id: string;
  readonly object: 'model';
  /** UNIX seconds of this answer. */
  readonly created: number;
  readonly owned_by: 'vllm';
  readonly root: string;
  readonly parent: string | null;
  readonly max_model_len: number | null;
  readonly permission: readonly object[];
}

/** One card per served name, then one per adapter. */
export function toModelList(models: ServedModels, created: number): ModelList {
  const { names, root, maxModelLen, adapters, first } = models;
  const card = (id: string, facts: Pick<ModelCard, 'root' | 'parent' | 'max_model_len'>): ModelCard => ({
    ...{ id, object: 'model', created, owned_by: 'vllm' },
    ...facts,
    permission: [permission(created)],
  });
  return {
    object: 'list',
    data: [
      ...names.map((name) => card(name, { root, parent: null, max_model_len: maxModelLen })),
      ...adapters.map(({ name, path, baseModelName }) =>
        card(name, { root: path, parent: baseModelName ?? first, max_model_len: null }),
      ),
    ],
  };
}

function permission(created: number): object {
  return {
    id: `modelperm-${randomId()}`,
    object: 'model_permission',
    created,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  };
}
