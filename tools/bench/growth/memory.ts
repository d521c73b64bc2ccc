/** The memory of every process, over minutes at a steady load. */
import { join } from 'node:path';
import { MemorySampler } from './memory-sampler.js';
import type { MemoryResult, MemorySample } from './results.js';
import { perSecond, Session, type Surroundings } from './session.js';
import { emptyFolder, rootsOf, startWorld } from './world.js';

/** Of the throughput that was measured just before. */
const SHARE = 0.8;
const EVERY_MS = 5_000;
/** However short the time. */
const SAMPLES_MIN = 30;

export async function measureMemory(around: Surroundings): Promise<MemoryResult> {
  const { options, show } = around;
  const { memoryMs, warmUpMs } = options;
  await using folder = await emptyFolder('memory');
  show('starts');
  await using world = await startWorld({ dataDir: join(folder.path, 'postgres') });
  const session = new Session(world, around, 'm');
  await session.warmUp();
  // One a second, when nothing at all ended: the audit will say so.
  const rate = Math.max(1, SHARE * perSecond(await session.throughput()));
  const everyMs = Math.min(EVERY_MS, memoryMs / SAMPLES_MIN);
  const told = ({ seconds }: MemorySample) =>
    show(
      `${Math.round(rate)} orders/s, ${((memoryMs / 1000 - seconds) / 60).toFixed(1)} min to go`,
    );
  const sampler = new MemorySampler(() => rootsOf(world), everyMs, told);
  try {
    const load = await session.take('steady load', { rate }, warmUpMs, memoryMs, (edge) =>
      edge === 'opened' ? sampler.start() : sampler.stop(),
    );
    const problems = await session.audit();
    return { rate, minutes: memoryMs / 60_000, load, samples: sampler.samples, problems };
  } finally {
    sampler.stop();
  }
}
