using Dormouse.Query.Mapping;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>The aggregates of fields: their columns and their types.</summary>
internal static class Aggregates
{
    /// <summary>What clients call the count of the records themselves.</summary>
    public const string All = "_all";

    public static string ColumnOf(AggregateKind kind, ScalarField? field) => $"@{AggregateKinds.NameOf(kind)}.{field?.Name ?? All}";

    /// <summary>Of no record all aggregates but the count are absent.</summary>
    public static FieldType TypeOf(AggregateKind kind, ScalarField? field)
    {
        if (kind == AggregateKind.Count)
        {
            return ResultStructures.Number;
        }

        var type = ResultStructures.TypeOf(field!);
        var optional = type.Engine! with { IsRequired = false };
        return kind == AggregateKind.Average && field!.Type != ScalarType.Decimal
            ? ResultStructures.Number with
            {
                Kind = FieldKind.Float,
                Engine = optional with { FloatDigits = ResultStructures.DoubleDigits },
            }
            : type with
            {
                Engine = optional,
            };
    }

    /// <summary>Selects aggregates of a table's columns.</summary>
    public static void Select(SelectStatement select, SelectedAggregate aggregate)
    {
        foreach (var field in aggregate.Fields)
        {
            select.Select(ColumnOf(aggregate.Kind, field), sql => Write(sql, aggregate.Kind, field, select.Alias));
        }
    }

    public static void Write(SqlBuilder sql, AggregateKind kind, ScalarField? field, string alias)
    {
        sql.Text(AggregateKinds.FunctionOf(kind)).Text("(");
        if (field is null)
        {
            sql.Text("*)");
        }
        else
        {
            sql.Column(alias, field).Text(")");
        }
    }
}
