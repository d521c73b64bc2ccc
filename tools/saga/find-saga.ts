/** The saga that somebody means: by its id, or by the order's, if that has just one. */
import type { AdminApi, Page } from './admin-api.js';
import type { SagaDetail, SagaItem } from './answers.js';
import { CommandProblem, EXIT } from './exit-status.js';
import { plain } from './output.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHOWN = 20;

/** @throws CommandProblem where there is none, or more than one */
export async function findSaga(api: AdminApi, given: string): Promise<SagaDetail> {
  const byId = UUID.test(given) ? await detailOf(api, given) : undefined;
  if (byId) return byId;
  const { items } = await api.get<Page<SagaItem>>('/sagas', { orderId: given, limit: SHOWN });
  const [only, ...more] = items;
  if (!only) {
    throw new CommandProblem(
      EXIT.notFound,
      `there is no saga '${plain(given)}', and no order that has one; "list" finds sagas`,
    );
  }
  if (more.length > 0) {
    const all = items.map(
      ({ sagaId, definition, state }) => `\n  ${sagaId}  ${definition} ${state}`,
    );
    throw new CommandProblem(
      EXIT.usage,
      `'${plain(given)}' has several sagas; name one of them:${all.join('')}`,
    );
  }
  return mustFind(api, only.sagaId);
}

export const detailOf = (api: AdminApi, id: string): Promise<SagaDetail | undefined> =>
  api.find<SagaDetail>(`/sagas/${encodeURIComponent(id)}`);

/** @throws CommandProblem for one that has gone meanwhile */
async function mustFind(api: AdminApi, id: string): Promise<SagaDetail> {
  const found = await detailOf(api, id);
  if (found) return found;
  throw new CommandProblem(EXIT.notFound, `the saga ${id} is there no more`);
}
