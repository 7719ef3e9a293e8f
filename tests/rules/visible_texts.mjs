// Prints the texts of scripts that a person can see, as JSON: [{file, line, text}]. Arguments: the scripts.
// A text of a file of words is where it belongs; a text anywhere else is to move there.
import { readFileSync } from "node:fs";
import ts from "typescript";

// Attributes and properties whose texts are shown or read out.
const SHOWN = new Set(["alt", "aria-description", "aria-label", "aria-roledescription", "content", "data-label", "done", "errand", "hint", "label", "message", "note",
  "placeholder", "summary", "title", "words"]);
// Attributes whose values look like texts and are none.
const UNSEEN = new Set(["class", "href", "id", "src", "style"]);
// Functions whose texts are shown: a count with its noun, a message of a field.
const SAYING = new Set(["many", "fail", "BadText"]);
// Names of keys and headers look like words.
const NAMES = /^(Arrow(Up|Down|Left|Right)|Backspace|Content-Type|Delete|End|Enter|Escape|Home|Idempotency-Key|If-Match|Shift|Space|Tab|Promise|Uint8Array)$/;
// Stands for an expression in a text.
const HOLE = "\u0001";
const LETTER = /\p{L}/u;
const LIKE_A_TEXT = /^\s*\p{Lu}\p{Ll}|^\s*\p{Lu}+(\s+\p{Ll}+)+\s*$|\p{L}\S*\s+\S*\p{L}.*[.?!…:]\s*$|\u0001[,.]? \p{Ll}{2}/u;

const found = [];
for (const file of process.argv.slice(2)) {
  look(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true), file);
}
console.log(JSON.stringify(found));

function look(tree, file) {
  const note = (node, text) => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push({ file, line, text: text.replaceAll(HOLE, "…").replace(/\s+/g, " ").trim() });
  };
  visit(tree, false);

  // `shown`: the value of this expression is shown, so every letter counts.
  function visit(node, shown) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "html") return markup(node);
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return text(node, node.text, shown);
    if (ts.isTemplateExpression(node)) {
      text(node, [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(HOLE), shown);
      for (const span of node.templateSpans) visit(span.expression, shown);
      return;
    }
    if (ts.isConditionalExpression(node)) {
      visit(node.condition, false);
      visit(node.whenTrue, shown);
      visit(node.whenFalse, shown);
      return;
    }
    if (ts.isBinaryExpression(node)) {
      const passes = [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.PlusToken];
      const on = shown && passes.includes(node.operatorToken.kind);
      visit(node.left, on && node.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken);
      visit(node.right, on);
      return;
    }
    if (ts.isParenthesizedExpression(node)) return visit(node.expression, shown);
    if (ts.isPropertyAssignment(node)) return visit(node.initializer, SHOWN.has(node.name.getText().replace(/["']/g, "")));
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      visit(node.expression, false);
      for (const argument of node.arguments ?? []) visit(argument, SAYING.has(node.expression.getText()));
      return;
    }
    ts.forEachChild(node, (child) => visit(child, shown && ts.isArrayLiteralExpression(node)));
  }

  function text(node, words, shown) {
    if (NAMES.test(words) || !LETTER.test(words)) return;
    if (shown || LIKE_A_TEXT.test(words)) note(node, words);
  }

  // The texts and attributes of a template, and the expressions in it by where they stand.
  function markup(node) {
    const { template } = node;
    if (ts.isNoSubstitutionTemplateLiteral(template)) return void piece(node, template.text, "");
    let before = piece(node, template.head.text, "");
    for (const span of template.templateSpans) {
      const place = before.match(/<[^>]*$/) ? before.match(/([\w-]+)=$/)?.[1] ?? "" : null;
      // In a tag, an expression is the value of an attribute, the name of a component, or spread properties; else it is shown.
      visit(span.expression, place === null || SHOWN.has(place));
      before = piece(node, span.literal.text, before);
    }
  }

  // Note the texts of a piece of markup after what came before it; returns the open end for the next piece.
  function piece(node, added, before) {
    let rest = added;
    if (/<[^>]*$/.test(before)) {
      const end = rest.search(/>/);
      attributes(node, end < 0 ? rest : rest.slice(0, end));
      if (end < 0) return `${before}\0${rest}`;
      rest = rest.slice(end + 1);
    }
    const tags = /<(?:[^>"]|"[^"]*")*(?:>|$)/g;
    for (const tag of rest.match(tags) ?? []) attributes(node, tag);
    for (const words of rest.replace(tags, "\0").split("\0")) if (LETTER.test(words)) note(node, words);
    return rest.match(/<(?:[^>"]|"[^"]*")*$/)?.[0] ?? "";
  }

  function attributes(node, tag) {
    for (const [, name, value] of tag.matchAll(/([\w-]+)="([^"]*)"/g)) {
      if (LETTER.test(value) && (SHOWN.has(name) || (!UNSEEN.has(name) && LIKE_A_TEXT.test(value)))) note(node, value);
    }
  }
}
