import { gauge } from './metrics.js';
import { Reading } from './reading.js';

/**
 * A gauge of something that only a server knows, as `Reading` asks for it: all replicas tell the same,
 * also after a restart. What nobody knows at the moment is not told.
 * @returns adds a way to ask, and answers what takes it out again; the sum of all of them is told
 */
export function readingGauge(
  name: string,
  help: string,
): (read: () => Promise<number>) => () => void {
  const readings = new Set<Reading<number>>();
  gauge({
    ...{ name, help },
    async collect() {
      const read = await Promise.all([...readings].map((reading) => reading.latest()));
      const known = read.filter((value) => value !== undefined);
      this.remove();
      if (known.length > 0) this.set(known.reduce((sum, value) => sum + value, 0));
    },
  });
  return (read) => {
    const reading = new Reading(read);
    readings.add(reading);
    return () => void readings.delete(reading);
  };
}
