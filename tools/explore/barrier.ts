/** The participants' own barrier, as the explorer's worlds want it. */
import { decideBarrier, type ArrivedCommand, type BarrierRow, type CommandKey } from '#participant';
import type { ModelBarrier, ModelBarrierRow } from '#saga';

/** All of a world happens on one day. */
const DAY = '1970-01-01';
const NOON = new Date(`${DAY}T12:00:00Z`);
const MORNING = new Date(`${DAY}T06:00:00Z`);
const EVENING = new Date(`${DAY}T18:00:00Z`);

export const barrier: ModelBarrier = (rows, { commandId, undoes }, arrival) => {
  const arrived: ArrivedCommand = {
    kind: 'command',
    arrival: arrival === 'retried' || arrival === 'redriven' ? arrival : 'sent',
    command: {
      address: { commandId, issuedOn: DAY, sagaId: '', businessKey: '' },
      name: '',
      payload: undefined,
      ...(undoes !== undefined && { undoes: { commandId: undoes, issuedOn: DAY } }),
      notAfter: arrival === 'late' ? MORNING : EVENING,
      event: NO_EVENT,
    },
  };
  const verdict = decideBarrier((key) => rowOf(key, rows[key.commandId]), arrived, NOON);
  switch (verdict.kind) {
    case 'admit':
      return { kind: 'admit', ...(verdict.entomb && { entomb: verdict.entomb.commandId }) };
    case 'repeat':
      return { kind: 'repeat' };
    default:
      return { kind: verdict.kind, code: verdict.reason.code, remember: verdict.remember };
  }
};

const rowOf = (key: CommandKey, row: ModelBarrierRow | undefined): BarrierRow | undefined =>
  row && { ...key, ...row, answerNo: row.answer ? 1 : 0 };

/** What the barrier decides does not depend on the event a command came in. */
const NO_EVENT: ArrivedCommand['command']['event'] = {
  id: '',
  source: '',
  type: '',
  subject: '',
  time: '',
  data: undefined,
  topic: '',
  key: '',
  partition: 0,
  offset: '0',
  headers: {},
};
