/**
 * Finds where code reaches for something outside of itself: a clock, randomness, I/O, its process.
 * What it may use is listed, and every other global is refused, also one that nobody has thought of:
 * lint knows lists of what is forbidden, and does not follow `const M = Math`.
 */
import ts from 'typescript';

/** Globals that may be used by their name: as they are, or only where one of these members follows. */
export type Allowed = Readonly<Record<string, 'all' | readonly string[]>>;

/** Texts by the paths of their files. */
export type Sources = ReadonlyMap<string, string>;

/** By which everything has a way to everything, or to how the process is set up. */
const MEMBERS_REFUSED = new Set([
  ...['constructor', '__proto__', 'localeCompare', 'toLocaleString', 'toLocaleUpperCase'],
  ...['toLocaleLowerCase', 'toLocaleDateString', 'toLocaleTimeString'],
]);

/** Each place that reaches outside, as `path:line: what it does`. */
export const reachesOutside = (sources: Sources, allowed: Allowed): readonly string[] => {
  const program = parsed(sources);
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    const visit = (node: ts.Node): void => {
      const problem = problemOf(node, checker, allowed);
      if (problem !== undefined) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        found.push(`${file.fileName}:${line + 1}: ${problem}`);
      }
      ts.forEachChild(node, (child) => {
        if (hasValues(child)) visit(child);
      });
    };
    visit(file);
  }
  return found;
};

/**
 * Bound and no more: without any library what is not declared in a file, or imported by it, has no
 * declaration, and so is a global.
 */
const parsed = (sources: Sources): ts.Program => {
  const options = { noLib: true, noResolve: true, target: ts.ScriptTarget.ESNext, types: [] };
  const host: ts.CompilerHost = {
    fileExists: (path) => sources.has(path),
    readFile: (path) => sources.get(path),
    getSourceFile: (path, target) => {
      const text = sources.get(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, target, true);
    },
    getDefaultLibFileName: () => '',
    writeFile: () => undefined,
    getCurrentDirectory: () => '',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
  };
  return ts.createProgram([...sources.keys()], options, host);
};

/** Types are gone at run time; what may be imported is said where layers are. */
const hasValues = (node: ts.Node): boolean => {
  if (ts.isExpressionWithTypeArguments(node)) {
    const { parent } = node;
    const extended = ts.isHeritageClause(parent) && parent.token === ts.SyntaxKind.ExtendsKeyword;
    return extended && ts.isClassLike(parent.parent);
  }
  return !(ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || isDeclared(node));
};

const isDeclared = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true;

const problemOf = (
  node: ts.Node,
  checker: ts.TypeChecker,
  allowed: Allowed,
): string | undefined => {
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
    return 'asks for `import.meta`';
  }
  if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) {
    return 'imports at run time';
  }
  const member = memberOf(node);
  if (member !== undefined && MEMBERS_REFUSED.has(member)) return `uses \`.${member}\``;
  if (!ts.isIdentifier(node) || !isReference(node) || !isGlobal(node, checker)) return undefined;
  const name = node.text;
  const members = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  if (members === undefined) return `reaches for \`${name}\``;
  if (members === 'all') return undefined;
  const { parent } = node;
  const follows = ts.isPropertyAccessExpression(parent) ? parent.name.text : undefined;
  if (follows === undefined) return `takes \`${name}\` as a value`;
  return members.includes(follows) ? undefined : `reaches for \`${name}.${follows}\``;
};

/** What is asked of a value: `.member`, `['member']` or `{ member } =`. */
const memberOf = (node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return node.argumentExpression.text;
  }
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return undefined;
  const name = node.propertyName ?? node.name;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : undefined;
};

/** Whether it stands for a value, and is not only the name of something that another one has. */
const isReference = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  return !(
    ts.isMetaProperty(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isBreakOrContinueStatement(parent)
  );
};

const isGlobal = (node: ts.Identifier, checker: ts.TypeChecker): boolean => {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  const { declarations = [] } = symbol ?? {};
  // What is declared to be there is made by somebody else.
  return declarations.every((declaration) => ts.findAncestor(declaration, isDeclared));
};
