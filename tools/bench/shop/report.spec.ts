import { describe, expect, it } from '@jest/globals';
import { mailTable, outageTable, readersTable, throughputTable } from './report.js';

const phase = { accepted: 3_000, refused: 0, p50Ms: 4.2, p99Ms: 31 };
const figures = {
  rate: 200,
  phases: [
    { phase: 'before', ...phase },
    { phase: 'dead', ...phase, refused: 1 },
  ],
  breaker: [
    { state: 'open', afterS: 1.24 },
    { state: 'closed', afterS: 91.2 },
  ],
  healedAfterS: 47.3,
  discrepancies: [],
} as const;

describe('the report of the shop', () => {
  it('says how long a mail takes', () => {
    expect(mailTable({ orders: 300, p50Ms: 41.2, p99Ms: 97, maxMs: 120 })).toMatch(
      /300 orders.* 41\.2 .* 97 .* 120/,
    );
  });

  it('says how many orders it takes, and what each part of it spends on one', () => {
    const text = throughputTable({
      ...{ orders: 10_000, clients: 64, refused: 0, acceptedPerS: 512.3, p50Ms: 120, p99Ms: 310 },
      ...{ settledPerS: 204.6, readPerS: 200 },
      cpuMs: [
        { name: 'orchestrator', ms: 1.084 },
        { name: 'Postgres, order', ms: 0.5 },
        { name: 'idle', ms: 0.001 },
      ],
      discrepancies: [],
    });
    expect(text).toMatch(/10000, 64 .*512.* 120 .* 310 .* 0 .*205/);
    expect(text).toMatch(/orchestrator +1\.08/);
    expect(text).toMatch(/all +1\.5[89]/);
    expect(text).not.toContain('idle');
    expect(text).toContain('Everything adds up.');
  });

  it('says what readers cost, round by round', () => {
    const side = (settledPerS: number) => ({
      throughput: {
        ...{ orders: 9, clients: 3, refused: 0, acceptedPerS: 5, p50Ms: 1, p99Ms: 2 },
        ...{ settledPerS, readPerS: settledPerS, cpuMs: [{ name: 'a', ms: 12 }] },
        discrepancies: [],
      },
      mail: { orders: 9, p50Ms: 17, p99Ms: 44, maxMs: 50 },
    });
    const round = { without: side(80), beside: side(60) };
    const text = readersTable({ rounds: [round, round], discrepancies: [] });
    expect(text.match(/without readers +80 /g)).toHaveLength(2);
    expect(text).toMatch(/with readers +60 .* 60 .* 12 .* 17 .* 44/);
    expect(text).toContain('With readers 0.75, 0.75 of');
  });

  it('says what became of the orders, phase by phase, and of the breaker', () => {
    const text = outageTable(figures);
    expect(text).toMatch(/dead .*3,000 .* 1 .* 4\.2 .* 31/);
    expect(text).toContain('open after 1.2 s, closed after 91.2 s');
    expect(text).toContain('47.3 s after the provider was back');
    expect(text).toContain('Everything adds up.');
  });

  it('says what does not add up', () => {
    const text = outageTable({ ...figures, breaker: [], discrepancies: ['o-1 was charged twice'] });
    expect(text).toContain('never anything but closed');
    expect(text).toContain('o-1 was charged twice');
    expect(text).not.toContain('adds up');
  });
});
