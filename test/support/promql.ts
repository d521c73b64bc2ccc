/** What alerts and dashboards ask Prometheus for, taken apart by Prometheus's own grammar. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { projectRoot } from '#testing';

export interface Expression {
  /** Where it stands, for messages. */
  readonly place: string;
  readonly text: string;
}

interface Query {
  /** Undefined, or what of it is no PromQL. */
  readonly problem: string | undefined;
  readonly metrics: readonly string[];
  /** Labels that it matches or groups by. */
  readonly labels: readonly string[];
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly { readonly expr: string; readonly refId: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition: string }[];
  };
}

const read = (...path: string[]): string => readFileSync(projectRoot('docker', ...path), 'utf8');

export const readYaml = (...path: string[]): unknown => parse(read(...path));

export const alertRules = (): readonly AlertRule[] =>
  (readYaml('prometheus', 'alerts.yml') as { groups: { rules: AlertRule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );

export const dashboards = (): readonly Dashboard[] =>
  readdirSync(projectRoot('docker', 'grafana', 'dashboards')).map(
    (file) => JSON.parse(read(join('grafana', 'dashboards', file))) as Dashboard,
  );

/** Everything that is asked of Prometheus, with Grafana's variables filled in. */
export const allExpressions = (): Expression[] => [
  ...alertRules().map(({ alert, expr }) => ({ place: `the alert ${alert}`, text: expr })),
  ...dashboards().flatMap(({ title, panels, templating }) => [
    ...panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({
        place: `${title}: ${panel.title}`,
        text: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.+'),
      })),
    ),
    ...templating.list.map(({ name, definition }) => ({
      place: `${title}: the variable ${name}`,
      text: definition.replace(/^label_values\((\w+), (\w+)\)$/, 'sum by ($2) ($1)'),
    })),
  ]),
];

export function takeApart(text: string): Query {
  const metrics: string[] = [];
  const labels: string[] = [];
  let problem: string | undefined;
  parser.parse(text).iterate({
    enter(node) {
      const part = text.slice(node.from, node.to);
      if (node.type.isError) problem ??= `not understood at ${node.from}: ${text}`;
      if (node.name === 'VectorSelector') metrics.push(/^[\w:]+/.exec(part)?.[0] ?? '');
      if (node.name === 'LabelName') labels.push(part);
    },
  });
  return { problem, metrics, labels };
}
