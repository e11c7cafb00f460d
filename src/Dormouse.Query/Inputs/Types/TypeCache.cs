using System.Collections.Concurrent;

namespace Dormouse.Query.Inputs.Types;

/// <summary>The families of types that are made for a model, a field or a scalar type.</summary>
internal enum TypeFamily : byte
{
    Where,
    WhereUnique,
    CompoundUnique,
    ScalarWhere,
    ScalarWhereWithAggregates,
    ToOneFilter,
    ToManyFilter,
    ScalarFilter,
    ScalarListFilter,
    FieldReference,
    FieldNames,
    OrderByRelation,
    OrderByAggregation,
    OrderByAggregate,
    OrderByRelationAggregate,
    OrderByRelevance,
    RelevanceFields,
    Create,
    UncheckedCreate,
    CreateMany,
    CreateManyEnvelope,
    CreateRelation,
    UncheckedCreateRelation,
    CreateList,
    ConnectOrCreate,
    Update,
    UncheckedUpdate,
    UpdateMany,
    UncheckedUpdateMany,
    UpdateRelation,
    UncheckedUpdateRelation,
    UpdateList,
    UpdateOperations,
    UpdateWithWhereUnique,
    UpdateManyWithWhere,
    UpdateToOneWithWhere,
    UpsertWithWhereUnique,
    UpsertWithout,
    ListOf,
}

/// <summary>What a type is made for. Names are no keys: those of two models can give one and the same name.</summary>
internal readonly record struct TypeKey(TypeFamily Family, object Subject, object? Detail = null, int Variant = 0);

/// <summary>The types made so far. Two threads may make the same one at a time; one of the two is kept, and both mean the same.</summary>
internal sealed class TypeCache
{
    private readonly ConcurrentDictionary<TypeKey, object> types = new();

    public T Get<T>(TypeKey key, Func<T> make)
        where T : class => types.TryGetValue(key, out var known) ? (T)known : (T)types.GetOrAdd(key, make());
}
