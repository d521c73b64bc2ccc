import type { ContainerRuntimeClient } from 'testcontainers';

/** From Docker Hub; made of Apache Kafka 4.2. */
export const PUBLIC_KAFKA_IMAGE = 'confluentinc/cp-kafka:8.2.0';
/** Made on a machine that cannot pull, by docker/kafka-image/build.sh. */
export const LOCAL_KAFKA_IMAGE = 'saga-orchestrator/kafka:8.2.0-local';

export type ImageChoice = { image: string } | { passedOver: string };

/**
 * The image to use, or why Docker is passed over. An image that lies on the machine comes first;
 * otherwise the public one is pulled.
 */
export async function chooseKafkaImage(pullTimeoutMs = 240_000): Promise<ImageChoice> {
  // Ryuk is one more image; what is started here is stopped here.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  let client: ContainerRuntimeClient;
  try {
    client = await getContainerRuntimeClient();
  } catch {
    return { passedOver: 'no Docker engine answers' };
  }
  const wanted = process.env['KAFKA_IMAGE'];
  const candidates = wanted ? [wanted] : [PUBLIC_KAFKA_IMAGE, LOCAL_KAFKA_IMAGE];
  for (const image of candidates) {
    if (await client.image.exists(ImageName.fromString(image))) return { image };
  }
  const image = candidates[0] ?? PUBLIC_KAFKA_IMAGE;
  try {
    await inTime(client.image.pull(ImageName.fromString(image)), pullTimeoutMs);
    return { image };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      passedOver: `a Docker engine is here, but ${image} is neither there nor to be pulled (${why.trim()})`,
    };
  }
}

async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing after ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
