"""The kinds of node that stand in a field which has no other: there the parse tree leaves the kind's name away."""

from collections.abc import Mapping
from typing import Final

_FIELDS: Final = """
Alias alias join_using_alias
BitString bsval
Boolean boolval
CTECycleClause cycle_clause
CTESearchClause search_clause
CollateClause coll_clause
CreateStmt base
Float fval
FromExpr jointree
FuncCall funccall
FuncExpr funcexpr
GrantStmt action
InferClause infer
Integer ival
IntoClause into into_clause
JsonAggConstructor constructor
JsonBehavior on_empty on_error
JsonFormat format
JsonKeyValue JsonObjectAgg.arg
JsonOutput output
JsonReturning returning
JsonTablePath path
JsonTablePathSpec pathspec
JsonValueExpr JsonArgument.val JsonArrayAgg.arg context_item expr value
ObjectWithArgs CreateOpClassItem.name fromsql func opername tosql
OnConflictClause on_conflict_clause
OnConflictExpr on_conflict
PartitionBoundSpec bound partbound
PartitionSpec partspec
PublicationTable pubtable
Query view_query
RangeVar PartitionCmd.name constrrel identity_sequence pktable rel relation sequence table typevar view
RawStmt stmts
ReturningClause returning_clause
RoleSpec authrole grantor newowner newrole owner role user
SelectStmt PLAssignStmt.val larg rarg
String extname sval
TypeName arg_type datatype of_typename return_type sourcetype storedtype targettype type_name
VariableSetStmt setstmt
WindowDef over
WithClause with_clause
"""
"""Each kind with its fields; where only one kind of node has such a field, that stands before a point."""


def _table(text: str) -> Mapping[str, str]:
    return {field: kind for kind, *fields in map(str.split, text.strip().splitlines()) for field in fields}


KIND_OF: Final = _table(_FIELDS)
