using Dormouse.Query.Inputs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Operations;

/// <summary>The actions of protocol A, named as the client names them.</summary>
internal enum OperationAction : byte
{
    FindUnique,
    FindUniqueOrThrow,
    FindFirst,
    FindFirstOrThrow,
    FindMany,
    Aggregate,
    GroupBy,
    CreateOne,
    CreateMany,
    CreateManyAndReturn,
    UpdateOne,
    UpdateMany,
    UpdateManyAndReturn,
    UpsertOne,
    DeleteOne,
    DeleteMany,
    QueryRaw,
    ExecuteRaw,
}

/// <summary>One validated operation of protocol A.</summary>
/// <param name="Model">The model; null for raw SQL.</param>
/// <param name="ResponseKey">The key of the answer below "data", such as <c>findManyUser</c>.</param>
/// <param name="Selection">What is to be answered; empty for raw SQL and for writes that answer a count.</param>
internal sealed record Operation(OperationAction Action, Model? Model, string ResponseKey, InputObject Arguments, Selection Selection)
{
    public bool IsWrite => Action is >= OperationAction.CreateOne and <= OperationAction.DeleteMany or OperationAction.ExecuteRaw;
}

/// <summary>The selected fields of one record, in the order of the answer.</summary>
internal sealed record Selection(IReadOnlyList<SelectedField> Fields)
{
    public static readonly Selection Empty = new([]);
}

internal abstract record SelectedField(string Name);

internal sealed record SelectedScalar(ScalarField Field) : SelectedField(Field.Name);

/// <param name="Arguments">For lists those of findMany, for single ones <c>where</c> alone.</param>
internal sealed record SelectedRelation(RelationField Field, InputObject Arguments, Selection Selection) : SelectedField(Field.Name);

/// <summary><c>_count</c> of relations.</summary>
internal sealed record SelectedCounts(IReadOnlyList<SelectedCount> Relations) : SelectedField("_count");

/// <param name="Where">The filter of the counted records, of type <c>PostWhereInput</c>.</param>
internal sealed record SelectedCount(RelationField Field, InputObject? Where);

/// <summary>An aggregate of aggregate or groupBy: <c>_count _avg _sum _min _max</c>. A null field is <c>_all</c>.</summary>
internal sealed record SelectedAggregate(AggregateKind Kind, IReadOnlyList<ScalarField?> Fields)
    : SelectedField(AggregateKinds.NameOf(Kind));

internal enum AggregateKind : byte
{
    Count,
    Average,
    Sum,
    Minimum,
    Maximum,
}

internal static class AggregateKinds
{
    public static AggregateKind Parse(string name) => Find(name) ?? throw new ArgumentException(name, nameof(name));

    public static string NameOf(AggregateKind kind) =>
        kind switch
        {
            AggregateKind.Count => "_count",
            AggregateKind.Average => "_avg",
            AggregateKind.Sum => "_sum",
            AggregateKind.Minimum => "_min",
            _ => "_max",
        };

    public static AggregateKind? Find(string name) =>
        name switch
        {
            "_count" => AggregateKind.Count,
            "_avg" => AggregateKind.Average,
            "_sum" => AggregateKind.Sum,
            "_min" => AggregateKind.Minimum,
            "_max" => AggregateKind.Maximum,
            _ => null,
        };

    public static string FunctionOf(AggregateKind kind) =>
        kind switch
        {
            AggregateKind.Count => "COUNT",
            AggregateKind.Average => "AVG",
            AggregateKind.Sum => "SUM",
            AggregateKind.Minimum => "MIN",
            _ => "MAX",
        };
}
