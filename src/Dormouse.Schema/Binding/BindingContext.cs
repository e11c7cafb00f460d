using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>
/// What the passes share. They run in this order, each over everything: 1 names, 2 types, 3 attributes, 4 relations, then the rules of
/// <see cref="Validation"/>, which need all four without errors. For a text that is read as if it were sound, what concerns one model alone is
/// done for it at once. It lives as long as one reading. What belongs to
/// one model may be worked on beside other models; everything else belongs to one thread.
/// </summary>
internal sealed class BindingContext(IReadOnlyList<FileSyntax> files, SchemaOptions options, DiagnosticBag diagnostics)
{
    private int told;

    public IReadOnlyList<FileSyntax> Files { get; } = files;

    public SchemaOptions Options { get; } = options;

    public DiagnosticBag Diagnostics { get; } = diagnostics;

    /// <summary>With more than one thread findings come in no order.</summary>
    public ReadingCrew Crew { get; init; } = ReadingCrew.Alone;

    /// <summary>Names of blocks that could not be read; a reference to one is no mistake of its own.</summary>
    public HashSet<string> BrokenNames { get; } = [.. files.SelectMany(file => file.BrokenNames)];

    public List<ModelEntry> Models { get; } = [];

    public List<EnumEntry> Enums { get; } = [];

    public List<ConfigurationSyntax> Configurations { get; } = [];

    /// <summary>Models, views, enums and composite types; of several with one name, which are a mistake, the first.</summary>
    public Dictionary<string, TypeEntry> TypesByName { get; } = [];

    public IEnumerable<RelationEntry> Relations => Models.SelectMany(model => model.Relations);

    public Datasource? Datasource { get; set; }

    public SourceSpan? SchemasSpan { get; set; }

    public List<Generator> Generators { get; } = [];

    public RelationMode RelationMode => Datasource?.RelationMode ?? RelationMode.ForeignKeys;

    public bool HasPreviewFeature(string feature) =>
        Generators.Any(generator => generator.PreviewFeatures.Contains(feature, StringComparer.OrdinalIgnoreCase));

    /// <summary>Does something for each model, in their order or side by side: it may look at all of them and change its own alone.</summary>
    public void ForEachModel(Action<BindingContext, ModelEntry> work)
    {
        int size = Options.ModelsPerPart;
        Crew.For(
            (Models.Count + size - 1) / size,
            (part, _) =>
            {
                int end = Math.Min(Models.Count, (part + 1) * size);
                for (int index = part * size; index < end; index++)
                {
                    work(this, Models[index]);
                }
            }
        );
    }

    /// <summary>From now on <see cref="IsSound"/> tells of what is found later.</summary>
    public void BeginSound() => told = Diagnostics.Count;

    /// <summary>Nothing was found since <see cref="BeginSound"/>, in what this thread looked at or in anything else.</summary>
    public bool IsSound => Diagnostics.Count == told;

    public void Report(Diagnostic diagnostic) => Diagnostics.Add(diagnostic);
}
