/** The files of Prometheus and Grafana, as far as they can be held to account without either. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { apps, isService, projectRoot } from '#testing';
import { alertRules, allExpressions, dashboards, readYaml, takeApart } from '../support/promql.js';

const operations = readFileSync(projectRoot('docs', 'OPERATIONS.md'), 'utf8');

describe('what Prometheus is asked', () => {
  it.each(allExpressions())('is PromQL: $place', ({ text }) => {
    const { problem, metrics } = takeApart(text);
    expect(problem).toBeUndefined();
    expect(metrics.length).toBeGreaterThan(0);
  });

  it('is told from what is none', () => {
    expect(takeApart('sum by (a (b)').problem).toContain('not understood');
  });
});

describe('alerts', () => {
  const rules = alertRules();

  it('have different names, a severity and a sentence', () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    for (const { labels, annotations } of rules) {
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\w/);
    }
  });

  it.each([
    [
      'event processing over 1000 ms',
      'EventProcessingSlow',
      /event_processing_seconds_bucket.*> 1$/,
    ],
    ['the same event 10 times', 'EventLoop', /messaging_loops_total.*> 0$/],
    ['dead letters over 100', 'DeadLetters', /messaging_dead_letters_kept.*> 100$/],
    ['consumer lag over 1000', 'ConsumerLag', /messaging_consumer_lag.*> 1000$/],
  ])('keep to the threshold that was asked for: %s', (_, name, expr) => {
    expect(rules.find(({ alert }) => alert === name)?.expr).toMatch(expr);
  });

  it.each(rules)('$alert has a test, and a section that says what to do', ({ alert }) => {
    const { tests } = readYaml('prometheus', 'alerts.test.yml') as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const cases = tests.flatMap((one) => one.alert_rule_test);
    expect(cases.filter(({ alertname }) => alertname === alert)).toEqual([
      expect.objectContaining({ exp_alerts: [expect.anything()] }),
    ]);
    expect(operations).toContain(`### ${alert}\n`);
  });

  it('look at every service', () => {
    const {
      scrape_configs: [job],
    } = readYaml('prometheus', 'prometheus.yml') as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    expect(job?.job_name).toBe('services');
    expect(job?.static_configs.flatMap(({ targets }) => targets)).toEqual(
      apps.filter(({ name }) => isService(name)).map(({ name, port }) => `${name}:${port}`),
    );
  });
});

describe('dashboards', () => {
  it('can be told apart', () => {
    const uids = dashboards().map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it.each(dashboards())('$title has panels that lie beside each other', ({ panels }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos: a, id, targets } of panels) {
      expect(a.x + a.w).toBeLessThanOrEqual(24);
      expect(targets.length).toBeGreaterThan(0);
      for (const { gridPos: b, id: other } of panels) {
        if (other <= id) continue;
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart).toBe(true);
      }
    }
  });

  it('are where Grafana looks for them, with the data source they name', () => {
    const { providers } = readYaml('grafana', 'provisioning', 'dashboards', 'dashboards.yml') as {
      providers: { options: { path: string } }[];
    };
    const { datasources } = readYaml(
      ...['grafana', 'provisioning', 'datasources', 'datasources.yml'],
    ) as { datasources: { uid: string; url: string }[] };
    const compose = readFileSync(projectRoot('docker', 'compose.yaml'), 'utf8');
    expect(compose).toContain(`./grafana/dashboards:${providers[0]?.options.path}:ro`);
    expect(datasources.map(({ uid }) => uid)).toContain('prometheus');
    for (const { url } of datasources) expect(compose).toContain(`\n  ${new URL(url).hostname}:\n`);
  });
});
