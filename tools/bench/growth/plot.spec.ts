import { describe, expect, it } from '@jest/globals';
import { plotGrowth } from './plot.js';
import { given } from './spec/given.js';

const { memory, backlog } = given;

describe('the plot of growth', () => {
  const svg = plotGrowth({ levels: [given.finished], memory, backlog }, '2 cores & more');

  it('has bars for levels and lines for what happens in the course of time', () => {
    expect(svg.match(/<rect class="bar/g)).toHaveLength(4);
    expect(svg.match(/<path class="line"/g)).toHaveLength(3);
    expect(svg).toContain('1,000,000 finished sagas');
    expect(svg).toContain('Kafka, MiB');
    expect(svg).toContain('2 cores &amp; more');
    expect(svg).not.toContain('NaN');
  });

  it('leaves out what is void', () => {
    const problems = ['lost'];
    const empty = plotGrowth({ levels: [], backlog: { ...backlog, problems } }, 'note');
    expect(empty).not.toContain('class="line"');
  });
});
