export interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

export function missingOptional(
  packages: Record<string, LockEntry>,
): { path: string; entry: LockEntry & { cpu: string[]; os: string[]; libc?: string[] } }[];
