using System.Collections.Frozen;

namespace Dormouse.Schema.Binding;

/// <summary>The preview features that clients of the versions 5 to 7 may switch on. Letter case does not matter.</summary>
internal static class PreviewFeatures
{
    /// <summary>What a current client may ask for.</summary>
    public static readonly IReadOnlyList<string> Active =
    [
        "fullTextSearchPostgres",
        "metrics",
        "nativeDistinct",
        "postgresqlExtensions",
        "relationJoins",
        "schemaEngineDriverAdapters",
        "shardKeys",
        "strictUndefinedChecks",
        "views",
    ];

    private static readonly FrozenSet<string> Valid = ((string[])[.. Active, "reactNative", "typedSql"]).ToFrozenSet(
        StringComparer.OrdinalIgnoreCase
    );

    // Part of the language now, or given up: no error, but no effect either.
    private static readonly FrozenSet<string> Deprecated = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "aggregateApi",
        "atomicNumberOperations",
        "clientExtensions",
        "cockroachdb",
        "connectOrCreate",
        "createMany",
        "dataProxy",
        "deno",
        "distinct",
        "driverAdapters",
        "esm",
        "extendedIndexes",
        "extendedWhereUnique",
        "fieldReference",
        "filteredRelationCount",
        "filterJson",
        "fullTextIndex",
        "fullTextSearch",
        "groupBy",
        "improvedQueryRaw",
        "interactiveTransactions",
        "jsonProtocol",
        "microsoftSqlServer",
        "middlewares",
        "mongoDb",
        "multiSchema",
        "namedConstraints",
        "nApi",
        "nativeTypes",
        "omitApi",
        "orderByAggregateGroup",
        "orderByNulls",
        "orderByRelation",
        "prismaSchemaFolder",
        "queryCompiler",
        "referentialActions",
        "referentialIntegrity",
        "selectRelationCount",
        "tracing",
        "transactionApi",
        "uncheckedScalarInputs"
    );

    public static bool IsValid(string feature) => Valid.Contains(feature);

    public static bool IsDeprecated(string feature) => Deprecated.Contains(feature);
}
