//! Which templates are taken. Fuel counts steps, but a step may double a text; so what could make a value grow from
//! step to step is refused by its form, before anything is compiled.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt, UnaryOpKind};
use minijinja::machinery::{Span, Token, parse, tokenize};

use crate::fault::Fault;
use crate::filters;
use crate::part::Part;

/// How long a source may be, in bytes.
const LONGEST: usize = 64 * 1024;

/// How many words and signs a tag may have. The compiler takes a stack frame for each.
const LARGEST_TAG: usize = 200;

/// How many `elif` a template may have, for the same reason.
const MOST_ELIFS: usize = 100;

/// How many values a template may put together from others.
const MOST_COMPOSED: usize = 32;

/// How often the tree is looked through until it is known which variables hold composed values.
const MOST_ROUNDS: usize = 16;

/// Whether a source is a template that may be used.
pub(crate) fn judge(source: &str, part: Part) -> Result<(), Fault> {
    if source.len() > LONGEST {
        return Err(Fault::new("is longer than 64 KiB"));
    }
    measure_tags(source)?;
    let tree = parse(source, part.name(), Default::default(), Default::default())?;
    let mut composed = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        let known = composed.len();
        let mut judge = Judge { part, composed, count: 0 };
        judge.statement(&tree)?;
        composed = judge.composed;
        if composed.len() == known {
            return Ok(());
        }
    }
    Err(Fault::new("has too many variables that depend on each other"))
}

fn measure_tags(source: &str) -> Result<(), Fault> {
    let (mut size, mut elifs) = (0, 0);
    for token in tokenize(source, false, Default::default(), Default::default()) {
        let (token, span) = token?;
        match token {
            Token::BlockStart | Token::VariableStart => size = 0,
            Token::Ident("elif") => elifs += 1,
            _ => {}
        }
        size += 1;
        if size > LARGEST_TAG {
            return Err(fault(span, "the tag has too many words"));
        }
        if elifs > MOST_ELIFS {
            return Err(fault(span, "there are too many elif"));
        }
    }
    Ok(())
}

fn fault(span: Span, why: impl Into<String>) -> Fault {
    Fault::at(usize::from(span.start_line), why)
}

/// What is known of a template while its tree is looked through.
struct Judge<'a> {
    part: Part,
    /// the variables that hold what was put together
    composed: BTreeSet<&'a str>,
    /// how many values are put together
    count: usize,
}

impl<'a> Judge<'a> {
    fn statements(&mut self, statements: &[Stmt<'a>]) -> Result<(), Fault> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Stmt<'a>) -> Result<(), Fault> {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::IfCond(condition) => {
                self.expression(&condition.expr)?;
                self.statements(&condition.true_body)?;
                self.statements(&condition.false_body)
            }
            Stmt::ForLoop(each) => {
                if each.recursive {
                    return Err(fault(each.span(), "a loop cannot be recursive"));
                }
                self.keep(&each.target, &each.iter, each.span())?;
                each.filter_expr.iter().try_for_each(|filter| self.expression(filter))?;
                self.statements(&each.body)?;
                self.statements(&each.else_body)
            }
            Stmt::WithBlock(with) => {
                for (target, value) in &with.assignments {
                    self.keep(target, value, with.span())?;
                }
                self.statements(&with.body)
            }
            Stmt::Set(set) => self.keep(&set.target, &set.expr, set.span()),
            Stmt::SetBlock(block) => Err(fault(block.span(), "set cannot be around text")),
            Stmt::AutoEscape(block) => Err(fault(block.span(), "there is no autoescape")),
            Stmt::FilterBlock(block) => Err(fault(block.span(), "filter cannot be around text")),
            Stmt::Do(call) => Err(fault(call.span(), "there is no do")),
        }
    }

    /// A variable gets a value.
    fn keep(&mut self, target: &Expr<'a>, value: &Expr<'a>, span: Span) -> Result<(), Fault> {
        let before = self.count;
        self.expression(value)?;
        let composes = self.count > before;
        let from_composed = self.reads_composed(value);
        if composes && from_composed {
            let why = "what was put together cannot be put together with more and kept";
            return Err(fault(span, why));
        }
        if composes || from_composed {
            self.name(target);
        }
        Ok(())
    }

    fn name(&mut self, target: &Expr<'a>) {
        match target {
            Expr::Var(variable) => {
                self.composed.insert(variable.id);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.name(item)),
            _ => {}
        }
    }

    fn reads_composed(&self, expression: &Expr<'a>) -> bool {
        match expression {
            Expr::Var(variable) => self.composed.contains(variable.id),
            _ => children(expression).into_iter().any(|child| self.reads_composed(child)),
        }
    }

    fn expression(&mut self, expression: &Expr<'a>) -> Result<(), Fault> {
        let span = expression.span();
        match expression {
            Expr::BinOp(operation) => match operation.op {
                BinOpKind::Mul if !is_number(expression) => {
                    return Err(fault(span, "* is for numbers: 2 * (x | int)"));
                }
                BinOpKind::Concat => self.count += 1,
                BinOpKind::Add if !is_number(expression) => self.count += 1,
                _ => {}
            },
            Expr::List(list) if !are_constants(&list.items) => self.count += list.items.len(),
            Expr::Map(map) if !are_constants(&map.values) || !are_constants(&map.keys) => {
                self.count += map.keys.len() + map.values.len();
            }
            Expr::Filter(filter) if !filters::exists(filter.name, self.part) => {
                return Err(fault(span, format!("there is no filter {}", filter.name)));
            }
            Expr::Test(test) if !filters::TESTS.contains(&test.name) => {
                return Err(fault(span, format!("there is no test {}", test.name)));
            }
            Expr::Call(call) if !is_of_loop(&call.expr) => {
                return Err(fault(span, "there are no functions"));
            }
            _ => {}
        }
        if self.count > MOST_COMPOSED {
            return Err(fault(span, "puts too much together by ~, +, [] or {}"));
        }
        children(expression).into_iter().try_for_each(|child| self.expression(child))
    }
}

fn are_constants(expressions: &[Expr<'_>]) -> bool {
    expressions.iter().all(|expression| matches!(expression, Expr::Const(_)))
}

/// Whether it is `loop.cycle` or `loop.changed`.
fn is_of_loop(callee: &Expr<'_>) -> bool {
    matches!(callee, Expr::GetAttr(get) if matches!(&get.expr, Expr::Var(of) if of.id == "loop"))
}

/// Whether nothing but a number or an error can come of it.
fn is_number(expression: &Expr<'_>) -> bool {
    match expression {
        Expr::Const(constant) => constant.value.is_number(),
        Expr::UnaryOp(operation) => matches!(operation.op, UnaryOpKind::Neg),
        Expr::BinOp(operation) => match operation.op {
            BinOpKind::Add | BinOpKind::Mul => {
                is_number(&operation.left) && is_number(&operation.right)
            }
            BinOpKind::Sub
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow => true,
            _ => false,
        },
        Expr::Filter(filter) => ["float", "int", "length", "round"].contains(&filter.name),
        _ => false,
    }
}

/// The expressions that an expression is made of.
fn children<'e, 'a>(expression: &'e Expr<'a>) -> Vec<&'e Expr<'a>> {
    fn of_call<'e, 'a>(arguments: &'e [CallArg<'a>]) -> impl Iterator<Item = &'e Expr<'a>> {
        arguments.iter().map(|argument| match argument {
            CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value) => value,
        })
    }
    match expression {
        Expr::Var(_) | Expr::Const(_) => Vec::new(),
        Expr::Slice(slice) => {
            let bounds = [&slice.start, &slice.stop, &slice.step];
            std::iter::once(&slice.expr).chain(bounds.into_iter().flatten()).collect()
        }
        Expr::UnaryOp(operation) => vec![&operation.expr],
        Expr::BinOp(operation) => vec![&operation.left, &operation.right],
        Expr::Compare(compare) => {
            let others = compare.ops.iter().map(|operation| &operation.expr);
            std::iter::once(&compare.expr).chain(others).collect()
        }
        Expr::IfExpr(choice) => {
            [&choice.test_expr, &choice.true_expr].into_iter().chain(&choice.false_expr).collect()
        }
        Expr::Filter(filter) => filter.expr.iter().chain(of_call(&filter.args)).collect(),
        Expr::Test(test) => std::iter::once(&test.expr).chain(of_call(&test.args)).collect(),
        Expr::GetAttr(get) => vec![&get.expr],
        Expr::GetItem(get) => vec![&get.expr, &get.subscript_expr],
        Expr::Call(call) => std::iter::once(&call.expr).chain(of_call(&call.args)).collect(),
        Expr::List(list) => list.items.iter().collect(),
        Expr::Map(map) => map.keys.iter().chain(&map.values).collect(),
    }
}
