using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>
/// What the passes share. They run in this order, each over everything: 1 names, 2 types, 3 attributes, 4 relations, then the rules of
/// <see cref="Validation"/>, which need all four without errors. It lives as long as one reading and belongs to one thread.
/// </summary>
internal sealed class BindingContext(IReadOnlyList<FileSyntax> files, SchemaOptions options, DiagnosticBag diagnostics)
{
    private int lists;

    public IReadOnlyList<FileSyntax> Files { get; } = files;

    public SchemaOptions Options { get; } = options;

    public DiagnosticBag Diagnostics { get; } = diagnostics;

    /// <summary>Names of blocks that could not be read; a reference to one is no mistake of its own.</summary>
    public HashSet<string> BrokenNames { get; } = [.. files.SelectMany(file => file.BrokenNames)];

    public List<ModelEntry> Models { get; } = [];

    public List<EnumEntry> Enums { get; } = [];

    public List<ConfigurationSyntax> Configurations { get; } = [];

    public Dictionary<string, ModelEntry> ModelsByName { get; } = [];

    public Dictionary<string, EnumEntry> EnumsByName { get; } = [];

    /// <summary>Composite types, which PostgreSQL does not have; kept so that fields of them are no further mistakes.</summary>
    public HashSet<string> CompositeTypes { get; } = [];

    public List<RelationEntry> Relations { get; } = [];

    public Datasource? Datasource { get; set; }

    public SourceSpan? SchemasSpan { get; set; }

    public List<Generator> Generators { get; } = [];

    public RelationMode RelationMode => Datasource?.RelationMode ?? RelationMode.ForeignKeys;

    public bool HasPreviewFeature(string feature) =>
        Generators.Any(generator => generator.PreviewFeatures.Contains(feature, StringComparer.OrdinalIgnoreCase));

    /// <summary>A number that no list of fields had before.</summary>
    public int NextListNumber() => ++lists;

    public void Report(Diagnostic diagnostic) => Diagnostics.Add(diagnostic);
}
