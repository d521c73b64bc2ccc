/** Bugs of what is charged, and given back. */
import { integration, unit, type PlantedBug } from '../bug.js';

const spec = (name: string) => unit(`apps/${name}.spec.ts`);

export const payment: readonly PlantedBug[] = [
  {
    id: 'key-for-every-try',
    breaks:
      'Each try of a charge has an idempotency key of its own, and makes an intent of its own.',
    file: 'apps/payment/src/provider/intents.provider.ts',
    find: '`pay-${orderId}`',
    replace: '`pay-${orderId}-${Date.now()}`',
    detectors: [spec('payment/src/provider/sandbox.provider')],
  },
  {
    id: 'refund-without-key',
    breaks: 'A refund whose answer was lost is made again.',
    file: 'apps/payment/src/provider/intents.provider.ts',
    find: '(refundParameters(refund), key)',
    replace: '(refundParameters(refund), `${key}-${Date.now()}`)',
    detectors: [spec('payment/src/provider/sandbox.provider')],
  },
  {
    id: 'second-charge',
    breaks: 'A second charge command for an order takes the money again.',
    file: 'apps/payment/src/domain/accept.ts',
    find: "if (payment === undefined) return { kind: 'later', payment: opened(charge, to), work: true };",
    replace:
      "if (payment?.status !== 'accepted') return { kind: 'later', payment: opened(charge, to), work: true };",
    detectors: [spec('payment/src/domain/accept')],
  },
  {
    id: 'charges-what-was-taken-back',
    breaks: 'A charge that comes after its refund takes the money.',
    file: 'apps/payment/src/domain/accept.ts',
    find: "if (payment.wanted === 'undone')",
    replace: "if (payment.wanted === 'undone' && payment.amount === 0)",
    detectors: [spec('payment/src/domain/accept')],
  },
  {
    id: 'confirms-what-was-taken-back',
    breaks: 'An intent is confirmed although the order was taken back while it was being made.',
    file: 'apps/payment/src/handlers/payment.execution.ts',
    find: 'if (!stored) return undefined;',
    replace: '',
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'lost-answer-is-a-decline',
    breaks: 'A charge whose answer was lost is not looked up, and its money is forgotten.',
    file: 'apps/payment/src/handlers/payment.execution.ts',
    find: "if (state.kind === 'unconfirmed') throw error;",
    replace:
      "if (state.kind !== 'declined') return { kind: 'declined', code: 'lost', attempt: payment.attempt };",
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'first-card-decides-for-the-second',
    breaks: 'What the provider says of a declined card is taken for what it says of the next one.',
    file: 'apps/payment/src/domain/accept.ts',
    find: "status: 'accepted',\n        attempt",
    replace: "status: payment.intentId === null ? 'accepted' : 'intended',\n        attempt",
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'declined-can-still-be-charged',
    breaks: 'A card counts as declined while a request to charge it is still on its way.',
    file: 'apps/payment/src/handlers/payment.execution.ts',
    find: 'return (await this.close(intentId)) ?? declined(payment, state.code);',
    replace: 'return declined(payment, state.code);',
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'earlier-card-can-still-be-charged',
    breaks: 'The intent of the card before stays open when the next card is tried with its own.',
    file: 'apps/payment/src/handlers/payment.execution.ts',
    find: 'earlier === null ? undefined',
    replace: 'earlier !== undefined ? undefined',
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'intent-of-the-card-before',
    breaks: 'A run with the first card that goes on late puts its closed intent under the second.',
    file: 'apps/payment/src/persistence/store-intents.ts',
    find: ' and p.attempt = n.attempt',
    replace: '',
    detectors: [integration('ports/payment-rows.spec.ts')],
  },
  {
    id: 'late-outcome-of-the-first-card',
    breaks: 'A run with the first card that comes to its end late declines the second one.',
    file: 'apps/payment/src/domain/settle.ts',
    find: '!open(payment) || attempt !== payment.attempt',
    replace: '!open(payment) || attempt > payment.attempt',
    detectors: [spec('payment/src/domain/settle')],
  },
  {
    id: 'expired-can-still-be-paid',
    breaks: 'A payment that was given up for late is not canceled, and its money comes after all.',
    file: 'apps/payment/src/handlers/payment.execution.ts',
    find: 'const state = await this.provider.cancelIntent(intentId);\n    if (state.kind ===',
    replace: 'const state = await this.provider.findIntent(intentId);\n    if (state.kind ===',
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'unsigned-message-is-heard',
    breaks: 'What was not signed by the provider is taken for its word.',
    file: 'apps/payment/src/provider/webhook.ts',
    find: '?? false;\n  } catch {\n    return false;',
    replace: '?? false;\n  } catch {\n    return true;',
    detectors: [spec('payment/src/provider/webhook')],
  },
  {
    id: 'paid-while-taken-back-is-kept',
    breaks: 'A transfer that arrives while its order is taken back is not given back.',
    file: 'apps/payment/src/handlers/payment.execution.ts',
    find: "if (state.kind === 'captured') return this.giveBack(payment, state.amount);",
    replace: "if (state.kind === 'captured') return { kind: 'dropped' };",
    detectors: [spec('payment/src/handlers/payment.execution')],
  },
  {
    id: 'refunds-more-than-captured',
    breaks:
      'Each record of a refund is added to the last, until more is given back than was taken.',
    file: 'apps/payment/src/domain/settle.ts',
    find: 'Math.max(paid.refunded, outcome.refunded)',
    replace: 'paid.captured + outcome.refunded',
    detectors: [spec('payment/src/domain/settle')],
  },
  {
    id: 'refunds-what-was-refunded',
    breaks: 'A payment that took nothing asks the provider to give it back.',
    file: 'apps/payment/src/domain/next-step.ts',
    find: "payment.captured > 0 ? 'give-back' : 'drop'",
    replace: "'give-back'",
    detectors: [spec('payment/src/domain/next-step')],
  },
];
