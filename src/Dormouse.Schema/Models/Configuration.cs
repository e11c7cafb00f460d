namespace Dormouse.Schema.Models;

/// <summary>A text of the configuration: written out, or the name of an environment variable (<c>env("NAME")</c>).</summary>
public sealed record ConfigurationText(string? Literal, string? EnvironmentVariable);

/// <summary>An entry of <c>extensions = [citext(schema: "public", version: "1.6", map: "name")]</c>.</summary>
public sealed record PostgresExtension(string Name, string? MappedName, string? Schema, string? Version)
{
    public string DatabaseName => MappedName ?? Name;
}

/// <summary>The datasource block.</summary>
public sealed record Datasource
{
    public required string Name { get; init; }

    /// <summary><c>postgresql</c> or <c>postgres</c>, as written.</summary>
    public required string Provider { get; init; }

    /// <summary>Absent in schemas whose clients are given the address elsewhere.</summary>
    public ConfigurationText? Url { get; init; }

    public ConfigurationText? DirectUrl { get; init; }

    public ConfigurationText? ShadowDatabaseUrl { get; init; }

    public RelationMode RelationMode { get; init; }

    /// <summary>The database schemas of <c>@@schema</c>, sorted; empty where the schema does not use several.</summary>
    public IReadOnlyList<string> Schemas { get; init; } = [];

    public IReadOnlyList<PostgresExtension> Extensions { get; init; } = [];
}

/// <summary>A generator block. Its other settings concern the generator alone and are not kept.</summary>
public sealed record Generator
{
    public required string Name { get; init; }

    public required ConfigurationText Provider { get; init; }

    public IReadOnlyList<string> PreviewFeatures { get; init; } = [];
}
