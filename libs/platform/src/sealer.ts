import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are drawn for many texts at once: each draw costs as much as an encryption. */
const IVS_AT_ONCE = 256;

/** The sealed text was changed, cut short, or sealed with another key. It says no more than that. */
export class UnsealError extends Error {
  constructor() {
    super('the sealed text cannot be opened with this key');
    this.name = 'UnsealError';
  }
}

/**
 * Encrypts and authenticates short texts (AES-256-GCM) that pass through tables and topics on their
 * way from one service to another. Format: `v1.<iv>.<ciphertext and tag>`, both parts base64url.
 *
 * A random 96-bit iv per text keeps GCM safe for about 2^32 texts a key; rotate the key before.
 */
export class Sealer {
  /** A key object: handing over the bytes for each text costs seven times the encryption. */
  private readonly key: KeyObject;
  private readonly ivs = Buffer.alloc(IV_BYTES * IVS_AT_ONCE);
  private nextIv = this.ivs.length;

  /** @param key 32 bytes in base64 or base64url. */
  constructor(key: string) {
    const bytes = Buffer.from(key, 'base64');
    if (bytes.length !== 32) throw new RangeError('a sealing key has 32 bytes');
    this.key = createSecretKey(bytes);
  }

  seal(text: string): string {
    const iv = this.freshIv();
    const cipher = createCipheriv(ALGORITHM, this.key, iv);
    const sealed = Buffer.concat([
      cipher.update(text, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `v1.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /** @throws UnsealError */
  open(sealed: string): string {
    const [version, iv, content, ...rest] = sealed.split('.');
    if (version !== 'v1' || iv === undefined || content === undefined || rest.length > 0) {
      throw new UnsealError();
    }
    const bytes = Buffer.from(content, 'base64url');
    if (bytes.length < TAG_BYTES) throw new UnsealError();
    try {
      const decipher = createDecipheriv(ALGORITHM, this.key, Buffer.from(iv, 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const text = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new UnsealError();
    }
  }

  /** Each is handed out once: two texts under one iv would give both away. */
  private freshIv(): Buffer {
    if (this.nextIv === this.ivs.length) {
      randomFillSync(this.ivs);
      this.nextIv = 0;
    }
    const iv = this.ivs.subarray(this.nextIv, this.nextIv + IV_BYTES);
    this.nextIv += IV_BYTES;
    return iv;
  }
}
