using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Reads <c>@id</c>, <c>@@id</c>, <c>@unique</c>, <c>@@unique</c>, <c>@@index</c> and <c>@@fulltext</c>.</summary>
internal static class KeyReader
{
    private static readonly string[] Algorithms = Enum.GetNames<IndexAlgorithm>();

    public static void FieldId(BindingContext context, ModelEntry model, FieldEntry field, ref AttributeArguments arguments)
    {
        if (model.Key is not null)
        {
            context.Report(KeyMessages.SeveralIds(model.Name, model.Syntax.Name.Span));
            SkipFieldArguments(ref arguments);
            return;
        }
        string? map = arguments.OptionalText("map");
        IndexFieldEntry entry = FieldArguments(context, field, ref arguments);
        bool isClustered = arguments.Boolean(arguments.Optional("clustered")) is not null;
        field.Scalar!.IsId = true;
        PrimaryKey key = new(model.Model, [ToField(entry)], null, map, isOnField: true);
        model.Model.PrimaryKey = key;
        model.Key = new KeyEntry(key, [entry], arguments.Syntax, isClustered);
    }

    public static void ModelId(BindingContext context, ModelEntry model, ref AttributeArguments arguments)
    {
        AttributeSyntax attribute = arguments.Syntax;
        ExpressionSyntax? value = arguments.Required("fields");
        string? map = arguments.OptionalText("map");
        string? name = ClientName(context, model, ref arguments, "@@id");
        bool isClustered = arguments.Boolean(arguments.Optional("clustered")) is not null;
        if (value is null || FieldListReader.Read(context, model, value, attribute.Span, withArguments: true) is not { } list)
        {
            model.Model.PrimaryKey ??= new PrimaryKey(model.Model, [], name, map, isOnField: false);
            return;
        }
        if (list.Unknown.Count > 0)
        {
            context.Report(KeyMessages.UnknownIdFields(model.Name, list.Unknown, Suggestion(model, list), value.Span));
        }
        if (list.Relations.Count > 0)
        {
            context.Report(KeyMessages.RelationIdFields(model.Name, Names(list.Relations), attribute.Span));
        }
        List<string> optional = [.. list.Fields.Where(item => !item.Field.Scalar!.IsRequired).Select(item => item.Field.Name)];
        if (optional.Count > 0 && list.IsComplete && !model.Model.IsIgnored)
        {
            context.Report(KeyMessages.OptionalIdFields(model.Name, optional, attribute.Span));
        }
        if (model.Key is not null)
        {
            context.Report(KeyMessages.IdTwice(model.Name, model.Syntax.Name.Span));
        }
        PrimaryKey key = new(model.Model, Array.ConvertAll(list.Fields, ToField), name, map, isOnField: false);
        model.Model.PrimaryKey = key;
        model.Key = new KeyEntry(key, list.Fields, attribute, isClustered);
    }

    public static void FieldUnique(BindingContext context, ModelEntry model, FieldEntry field, ref AttributeArguments arguments)
    {
        string? map = arguments.OptionalText("map");
        IndexFieldEntry entry = FieldArguments(context, field, ref arguments);
        bool isClustered = arguments.Boolean(arguments.Optional("clustered")) is not null;
        field.Scalar!.IsUnique = true;
        ModelIndex index = new(model.Model, IndexKind.Unique, [ToField(entry)]) { MappedName = map, IsOnField = true };
        model.Indexes.Add(new IndexEntry(index, [entry], arguments.Syntax, isFulltext: false, isClustered));
    }

    public static void ModelUnique(BindingContext context, ModelEntry model, ref AttributeArguments arguments)
    {
        IndexFieldEntry[] fields = Fields(context, model, ref arguments, isUnique: true);
        string? name = ClientName(context, model, ref arguments, "@@unique");
        string? map = arguments.OptionalText("map");
        bool isClustered = arguments.Boolean(arguments.Optional("clustered")) is not null;
        ModelIndex index = new(model.Model, IndexKind.Unique, Array.ConvertAll(fields, ToField)) { Name = name, MappedName = map };
        model.Indexes.Add(new IndexEntry(index, fields, arguments.Syntax, isFulltext: false, isClustered));
    }

    public static void ModelIndex(BindingContext context, ModelEntry model, ref AttributeArguments arguments)
    {
        IndexFieldEntry[] fields = Fields(context, model, ref arguments, isUnique: false);
        string? name = arguments.OptionalText("name");
        string? map = arguments.OptionalText("map");
        if (name is not null && map is not null)
        {
            context.Report(KeyMessages.NameAndMap(arguments.Syntax));
        }
        IndexAlgorithm? algorithm = null;
        if (arguments.Constant(arguments.Optional("type")) is { } type)
        {
            if (Array.IndexOf(Algorithms, type) is >= 0 and int found)
            {
                algorithm = (IndexAlgorithm)found;
            }
            else
            {
                context.Report(KeyMessages.UnknownIndexType(arguments.Syntax, type, Spelling.Suggestion(type, Algorithms)));
            }
        }
        bool isClustered = arguments.Boolean(arguments.Optional("clustered")) is not null;
        ModelIndex index = new(model.Model, IndexKind.Normal, Array.ConvertAll(fields, ToField))
        {
            MappedName = name ?? map,
            Algorithm = algorithm,
        };
        model.Indexes.Add(new IndexEntry(index, fields, arguments.Syntax, isFulltext: false, isClustered));
    }

    public static void ModelFulltext(BindingContext context, ModelEntry model, ref AttributeArguments arguments)
    {
        IndexFieldEntry[] fields = Fields(context, model, ref arguments, isUnique: false);
        string? map = arguments.OptionalText("map");
        ModelIndex index = new(model.Model, IndexKind.Normal, Array.ConvertAll(fields, ToField)) { MappedName = map };
        model.Indexes.Add(new IndexEntry(index, fields, arguments.Syntax, isFulltext: true, isClustered: false));
    }

    private static IndexFieldEntry[] Fields(BindingContext context, ModelEntry model, ref AttributeArguments arguments, bool isUnique)
    {
        SourceSpan span = arguments.Syntax.Span;
        if (arguments.Required("fields") is not { } value || FieldListReader.Read(context, model, value, span, true) is not { } list)
        {
            return [];
        }
        if (list.Unknown.Count > 0)
        {
            context.Report(KeyMessages.UnknownFields(model.Name, isUnique, list.Unknown, Suggestion(model, list), span));
        }
        if (list.Relations.Count > 0)
        {
            string[] keyFields = [.. list.Relations.SelectMany(field => field.Fields ?? []).Select(field => field.Name)];
            context.Report(KeyMessages.RelationFields(model.Name, isUnique, Names(list.Relations), keyFields, span));
        }
        return list.IsComplete ? list.Fields : [];
    }

    private static IndexFieldEntry FieldArguments(BindingContext context, FieldEntry field, ref AttributeArguments arguments)
    {
        bool hasLength = arguments.Integer(arguments.Optional("length")) is not null;
        SortOrder? sort = null;
        switch (arguments.Constant(arguments.Optional("sort")))
        {
            case null:
                break;
            case "Asc":
                sort = SortOrder.Ascending;
                break;
            case "Desc":
                sort = SortOrder.Descending;
                break;
            case { } other:
                context.Report(KeyMessages.SortArgument(arguments.Syntax, other));
                break;
        }
        return new IndexFieldEntry(field, sort, hasLength, null);
    }

    private static void SkipFieldArguments(ref AttributeArguments arguments)
    {
        arguments.Optional("map");
        arguments.Optional("length");
        arguments.Optional("sort");
        arguments.Optional("clustered");
    }

    private static string? ClientName(BindingContext context, ModelEntry model, ref AttributeArguments arguments, string attribute)
    {
        string? name = arguments.OptionalText("name");
        if (name is not null && !name.All(symbol => symbol == '_' || char.IsAsciiLetterOrDigit(symbol)))
        {
            context.Report(KeyMessages.ClientName(model.Name, attribute, arguments.Syntax.Span));
        }
        return name;
    }

    private static string Suggestion(ModelEntry model, FieldList list) =>
        list.Unknown.Count == 1 ? Spelling.Suggestion(list.Unknown[0], model.FieldNames) : "";

    private static List<string> Names(IReadOnlyList<FieldEntry> fields) => [.. fields.Select(field => field.Name)];

    private static IndexField ToField(IndexFieldEntry entry) => new(entry.Field.Scalar!, entry.Sort, entry.OperatorClass);
}
