/** What the admin API answers, as far as it is shown. Times are ISO 8601 unless they say otherwise. */

export type Role = 'reader' | 'operator' | 'approver';

export interface Me {
  readonly keyId: string;
  readonly owner: string;
  readonly role: Role;
}

export interface Reason {
  readonly code: string;
  readonly message: string;
}

export interface Money {
  /** In minor units. */
  readonly value: number;
  readonly currency: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

export interface Count {
  readonly count: number;
  /** False: there are at least as many. */
  readonly exact: boolean;
}

export interface AtStep {
  readonly step: string;
  readonly state: string;
  readonly since: string | null;
}

export type SagaState = 'awaiting-start' | 'running' | 'compensating' | 'completed' | 'compensated';

export interface SagaItem {
  readonly sagaId: string;
  readonly orderId: string;
  readonly definition: string;
  readonly version: number;
  readonly state: SagaState;
  readonly cause?: Reason;
  readonly attention?: Reason & { readonly step: string };
  readonly alsoAttention?: readonly (Reason & { readonly step: string })[];
  readonly held?: Reason;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly at: readonly AtStep[];
  readonly amount?: Money;
  readonly attributes: Readonly<Record<string, string>>;
  readonly error?: Reason;
}

export interface StepDetail {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly attempts: number;
  readonly commandId: string | null;
  readonly sentAt: string | null;
  readonly finishedAt: string | null;
  readonly nextTryAt: string | null;
  readonly lastError: Reason | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly compensation: {
    readonly commandId: string;
    readonly state: string;
    readonly attempts: number;
    readonly sentAt: string | null;
    readonly nextTryAt: string | null;
    readonly lastError: Reason | null;
  } | null;
  readonly recall: {
    readonly commandId: string;
    readonly attempts: number;
    readonly sentAt: string | null;
  } | null;
}

export interface LedgerEntry {
  readonly id: string;
  readonly kind: string;
  readonly unit: string;
  readonly taken: number;
  readonly returned: number;
  readonly step: string;
  readonly returnedBy?: string;
}

export interface SagaDetail extends SagaItem {
  readonly steps: readonly StepDetail[];
  readonly ledger: readonly LedgerEntry[];
  readonly cancelRequested: Reason | null;
  readonly wakeAt: string | null;
  readonly data: unknown;
}

export interface HistoryEntry {
  readonly revision: number;
  readonly at: string;
  readonly kind:
    | 'start'
    | 'reply'
    | 'report'
    | 'cancel'
    | 'timer'
    | 'mend'
    | 'hold'
    | 'release'
    | 'move'
    | 'intervene';
  readonly state: SagaState;
  readonly name?: string;
  readonly outcome?: string;
  readonly step?: string;
  readonly actor?: string;
  readonly reason?: Reason;
  readonly changes?: readonly { readonly step: string; readonly to: string }[];
  readonly sent?: readonly string[];
  readonly note?: string;
  readonly detail?: {
    readonly commandId?: string;
    readonly intervention?: {
      readonly action: string;
      readonly step?: string;
      readonly outcome?: string;
      readonly effect?: string;
    };
    readonly toVersion?: number;
    readonly fromVersion?: number;
  };
}

export interface GraphNode {
  readonly step: string;
  readonly kind: string;
  /** Steps of a group run side by side. */
  readonly group: number;
  readonly state: string;
  readonly attempts: number;
  readonly compensation?: {
    readonly command: string;
    readonly state?: string;
    readonly attempts?: number;
  };
  readonly coveredBy?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Of a run. */
  readonly taken?: boolean;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface Choice {
  readonly action: string;
  readonly step?: string;
  readonly outcome?: 'happened' | 'did-not-happen';
  readonly effect?: string;
  readonly version?: number;
}

export interface OpenAction extends Choice {
  readonly allowed: boolean;
  readonly why?: string;
}

export interface Actions {
  readonly revision: number;
  readonly items: readonly OpenAction[];
}

export interface Act {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly what: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly sagaId: string | null;
  readonly reason: string;
  readonly revisionBefore: number | null;
  readonly revisionAfter: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Figures {
  readonly live: readonly {
    readonly definition: string;
    readonly state: SagaState;
    readonly count: number;
  }[];
  readonly attention: readonly { readonly definition: string; readonly count: number }[];
  readonly oldestLiveS: number;
  readonly risk:
    | readonly {
        readonly kind: string;
        readonly unit: string;
        readonly inFlight: number;
        readonly atRisk: number;
      }[]
    | null;
  readonly at: readonly StepCount[] | null;
  readonly surveyComplete: boolean;
  readonly steps: readonly StepTime[] | null;
  readonly deadLetters: { readonly open: number } | null;
  readonly lag: number | null;
}

export interface StepCount {
  readonly definition: string;
  readonly step: string;
  readonly state: string;
  readonly count: number;
}

export interface StepTime {
  readonly definition: string;
  readonly step: string;
  readonly outcome: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

export interface DefinitionSummary {
  readonly name: string;
  readonly versions: readonly {
    readonly version: number;
    /** Whether the replica that answered has its code. */
    readonly known: boolean;
    readonly live: Readonly<Record<string, number>>;
  }[];
}

interface ContractName {
  readonly name: string;
  readonly version: number;
  readonly participant: string;
}

export interface DefinitionStep {
  readonly step: string;
  readonly kind: string;
  readonly group: number;
  readonly conditional: boolean;
  readonly command?: ContractName;
  readonly replies?: readonly {
    readonly reply: string;
    readonly kind: string;
    readonly reaction?: string;
    readonly windowMs?: number;
  }[];
  readonly timing?: Readonly<Record<string, number>>;
  readonly compensation?: ContractName;
  readonly coveredBy?: string;
  readonly recall?: ContractName;
}

export interface Definition {
  readonly name: string;
  readonly version: number;
  readonly movesFrom: readonly number[];
  readonly steps: readonly DefinitionStep[];
  readonly edges: readonly GraphEdge[];
}

export interface MovePreview {
  readonly compatible: number;
  readonly needsMapping: number;
  readonly mustStay: number;
  readonly problems: readonly { readonly text: string; readonly count: number }[];
  readonly looked: number;
  readonly complete: boolean;
}

export interface Timer {
  readonly sagaId: string;
  readonly orderId: string;
  readonly definition: string;
  readonly wakeAt: string;
  readonly at: readonly AtStep[];
}

export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string | number;
  readonly key: string | null;
  readonly type: string | null;
  readonly source: string | null;
  readonly sagaId?: string;
  readonly code: string;
  readonly message: string;
  readonly readers: unknown;
  readonly diedAt: string;
  readonly attempt: number;
  readonly redriveOf?: string;
  readonly truncated: boolean;
  readonly status: 'open' | 'redriven' | 'discarded';
  readonly closed?: { readonly at: string; readonly by: string; readonly reason: string };
  readonly notRedrivable?: string;
}

export interface WholeDeadLetter extends DeadLetter {
  readonly storedAt: string;
  readonly notAfter?: string;
  readonly diedAgainAs: readonly string[];
  readonly headers: unknown;
  readonly value: { readonly text: string } | { readonly base64: string } | null;
}

export interface DeadLetterFigures {
  readonly open: number;
  readonly items: readonly {
    readonly topic: string;
    readonly code: string;
    readonly count: number;
    readonly oldest: string;
  }[];
}

export interface Decided {
  readonly done: number;
  readonly refused: readonly { readonly id: string; readonly why: string }[];
}
