"""PostgreSQL's raw parse-tree nodes that a read-only SELECT may hold, each with the fields that are accounted for.

A node that is not in this table, or a field of one, is an objection: a form added to the language later is refused
until somebody has read it.
"""

from collections.abc import Mapping

_NODES = """
SelectStmt distinct_clause target_list from_clause where_clause group_clause group_distinct having_clause window_clause
    values_lists sort_clause limit_offset limit_count limit_option with_clause op all larg rarg into_clause
    locking_clause
IntoClause rel col_names access_method options on_commit table_space_name skip_data
LockingClause locked_rels strength wait_policy
WithClause ctes recursive
CommonTableExpr ctename aliascolnames ctematerialized ctequery
ResTarget name val
RangeVar catalogname schemaname relname inh relpersistence alias
RangeSubselect lateral subquery alias
RangeFunction lateral ordinality is_rowsfrom functions alias coldeflist
RangeTableSample relation method args repeatable
JoinExpr jointype is_natural larg rarg using_clause join_using_alias quals alias
Alias aliasname colnames
ColumnDef colname type_name is_local
ColumnRef fields
ParamRef number
A_Const isnull ival fval boolval sval bsval
Integer ival
Float fval
Boolean boolval
String sval
BitString bsval
A_Star
List items
A_Expr kind name lexpr rexpr
BoolExpr boolop args
SubLink sub_link_type sub_link_id testexpr oper_name subselect
FuncCall funcname args agg_order agg_filter over agg_within_group agg_star agg_distinct func_variadic funcformat
NamedArgExpr name arg argnumber
WindowDef name refname partition_clause order_clause frame_options start_offset end_offset
SortBy node sortby_dir sortby_nulls use_op
GroupingSet kind content
GroupingFunc args
TypeCast arg type_name
TypeName names typmods typemod array_bounds pct_type setof
CollateClause arg collname
CaseExpr arg args defresult
CaseWhen expr result
CoalesceExpr args
MinMaxExpr op args
NullTest arg nulltesttype
BooleanTest arg booltesttype
RowExpr args row_format
A_ArrayExpr elements
A_Indirection arg indirection
A_Indices is_slice lidx uidx
SQLValueFunction op typmod
JsonIsPredicate expr format item_type unique_keys
JsonFormat format_type encoding
JsonFuncExpr op column_name context_item pathspec passing output on_empty on_error wrapper quotes
JsonValueExpr raw_expr formatted_expr format
JsonArgument val name
JsonOutput type_name returning
JsonReturning format typid typmod
JsonBehavior btype expr coerce
JsonObjectConstructor exprs output absent_on_null unique
JsonArrayConstructor exprs output absent_on_null
JsonArrayQueryConstructor query output format absent_on_null
JsonKeyValue key value
JsonObjectAgg constructor arg absent_on_null unique
JsonArrayAgg constructor arg absent_on_null
JsonAggConstructor output agg_filter agg_order over
"""


def _table(text: str) -> Mapping[str, frozenset[str]]:
    entries = [entry.split() for entry in text.replace("\n    ", " ").splitlines() if entry]
    return {kind: frozenset(fields) for kind, *fields in entries}


GRAMMAR = _table(_NODES)
