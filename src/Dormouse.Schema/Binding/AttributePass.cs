using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Pass 3: every attribute is understood on its own; how they go together is left to the rules.</summary>
internal static class AttributePass
{
    private static readonly string[] FieldAttributes = ["id", "unique", "default", "map", "relation", "updatedAt", "ignore"];
    private static readonly string[] ModelAttributes = ["id", "unique", "index", "map", "schema", "ignore"];
    private static readonly string[] EnumAttributes = ["map", "schema"];
    private static readonly string[] ValueAttributes = ["map"];

    public static void Run(BindingContext context)
    {
        Enums(context);
        context.ForEachModel(Model);
    }

    /// <summary>Comes first: defaults refer to their values.</summary>
    public static void Enums(BindingContext context)
    {
        foreach (EnumEntry entry in context.Enums)
        {
            Enum(context, entry);
        }
    }

    /// <summary>The attributes of one model and its fields; those of relations first, since indexes that name one suggest its key.</summary>
    public static void Model(BindingContext context, ModelEntry model)
    {
        foreach (FieldEntry field in model.RelationFields)
        {
            RelationField(context, field);
        }
        ScalarFields(context, model);
        ReadModel(context, model);
    }

    private static void Enum(BindingContext context, EnumEntry entry)
    {
        List<EnumValue> values = new(entry.Syntax.Values.Length);
        foreach (EnumValueSyntax value in entry.Syntax.Values)
        {
            AttributeSet attributes = new(context, value.Attributes, ValueAttributes);
            string? map = MappedName(ref attributes, out _);
            attributes.Finish();
            values.Add(new EnumValue(value.Name.Text, map, value.Documentation));
        }
        // Repeated values are a mistake that pass 1 reported.
        entry.Type.Values = [.. values.DistinctBy(value => value.Name)];

        AttributeSet own = new(context, entry.Syntax.Attributes, EnumAttributes);
        entry.Type.MappedName = MappedName(ref own, out _);
        entry.Type.Schema = Schema(ref own, out SourceSpan? span);
        entry.SchemaSpan = span;
        own.Finish();
    }

    private static void RelationField(BindingContext context, FieldEntry entry)
    {
        AttributeSet attributes = new(context, entry.Syntax.Attributes, FieldAttributes);
        if (attributes.TryTakeSingle("relation", out AttributeArguments relation))
        {
            RelationReader.Read(context, entry, ref relation);
            relation.Finish();
        }
        if (attributes.TryTakeSingle("id", out AttributeArguments id))
        {
            context.Report(AttributeMessages.IdOnRelation(id.Syntax, entry.Name));
        }
        if (attributes.TryTakeSingle("ignore", out AttributeArguments ignore))
        {
            entry.Relation!.Ignore();
            ignore.Finish();
        }
        if (attributes.TryTakeSingle("default", out AttributeArguments value))
        {
            context.Report(AttributeMessages.DefaultOnRelation(value.Syntax));
        }
        if (attributes.TryTakeSingle("map", out AttributeArguments map))
        {
            context.Report(AttributeMessages.MapOnRelation(map.Syntax));
        }
        if (attributes.TryTakeSingle("unique", out AttributeArguments unique))
        {
            string[] keyFields = [.. (entry.Fields ?? []).Select(field => field.Name)];
            context.Report(AttributeMessages.UniqueOnRelation(unique.Syntax, entry.Name, keyFields));
        }
        attributes.Finish();
    }

    private static void ScalarFields(BindingContext context, ModelEntry model)
    {
        Dictionary<string, FieldEntry>? mapped = null;
        foreach (FieldEntry field in model.Fields)
        {
            if (field.Scalar is not { } scalar || field.Syntax.Attributes.Length == 0)
            {
                continue;
            }
            if (field.Syntax.Tail is { ConcernsModel: false, Traits: { Stage: >= TraitsStage.Read } known })
            {
                scalar.Traits = known;
            }
            else
            {
                ScalarField(context, model, field, ref mapped);
            }
        }
    }

    private static void ReadModel(BindingContext context, ModelEntry model)
    {
        AttributeSet attributes = new(context, model.Syntax.Attributes, ModelAttributes);
        if (attributes.TryTakeSingle("ignore", out AttributeArguments ignore))
        {
            model.Model.IsIgnored = true;
            ignore.Finish();
            foreach (FieldEntry field in model.Fields)
            {
                if (field.Scalar is { IsIgnored: true, IsUnsupported: false })
                {
                    context.Report(AttributeMessages.IgnoredTwice(field.Syntax.Span));
                }
            }
        }
        if (attributes.TryTakeSingle("id", out AttributeArguments id))
        {
            KeyReader.ModelId(context, model, ref id);
            id.Finish();
        }
        model.Model.MappedName = MappedName(ref attributes, out AttributeSyntax? map);
        model.MapAttribute = map;
        model.Model.Schema = Schema(ref attributes, out SourceSpan? schema);
        model.SchemaSpan = schema;
        if (attributes.TryTakeSingle("shardKey", out AttributeArguments shardKey))
        {
            context.Report(AttributeMessages.ShardKey(shardKey.Syntax.Span));
        }
        Indexes(context, model, ref attributes);
        if (!model.Model.IsIgnored && model.Key is { Key.IsOnField: true } key && !key.Fields[0].Field.Scalar!.IsRequired)
        {
            context.Report(KeyMessages.OptionalId(key.Attribute.Span));
        }
        attributes.Finish();
    }

    private static void Indexes(BindingContext context, ModelEntry model, ref AttributeSet attributes)
    {
        int position = 0;
        while (attributes.TryTakeNext("index", ref position, out AttributeArguments index))
        {
            KeyReader.ModelIndex(context, model, ref index);
            index.Finish();
        }
        position = 0;
        while (attributes.TryTakeNext("unique", ref position, out AttributeArguments unique))
        {
            KeyReader.ModelUnique(context, model, ref unique);
            unique.Finish();
        }
        position = 0;
        while (attributes.TryTakeNext("fulltext", ref position, out AttributeArguments fulltext))
        {
            KeyReader.ModelFulltext(context, model, ref fulltext);
            fulltext.Finish();
        }
        var indexes = new ModelIndex[model.Indexes.Count];
        for (int index = 0; index < indexes.Length; index++)
        {
            IndexEntry entry = model.Indexes[index];
            indexes[index] = entry.Index;
            if (entry.Index.Kind == IndexKind.Unique && entry.Fields.Length == 1)
            {
                entry.Fields[0].Field.Scalar!.IsUnique = true;
            }
        }
        model.Model.Indexes = indexes;
    }

    private static void ScalarField(BindingContext context, ModelEntry model, FieldEntry entry, ref Dictionary<string, FieldEntry>? mapped)
    {
        ScalarField field = entry.Scalar!;
        FieldTail tail = entry.Syntax.Tail;
        AttributeSet attributes = new(context, entry.Syntax.Attributes, FieldAttributes);
        ScalarTraits? known = tail.Traits is { Stage: >= TraitsStage.Read } traits ? traits : null;
        field.Traits = known ?? (tail.Traits = Traits(context, field, ref attributes));
        if (field.MappedName is { } map)
        {
            CheckMappedName(context, model, entry, map, mapped ??= []);
        }
        if (attributes.TryTakeSingle("id", out AttributeArguments id))
        {
            KeyReader.FieldId(context, model, entry, ref id);
            id.Finish();
        }
        if (attributes.TryTakeSingle("unique", out AttributeArguments unique))
        {
            KeyReader.FieldUnique(context, model, entry, ref unique);
            unique.Finish();
        }
        if (known is null)
        {
            attributes.Finish();
        }
    }

    /// <summary>What those of a field's attributes say that do not concern its model.</summary>
    private static ScalarTraits Traits(BindingContext context, ScalarField field, ref AttributeSet attributes)
    {
        string? map = MappedName(ref attributes, out _);
        bool isIgnored = attributes.TryTakeSingle("ignore", out AttributeArguments ignore);
        if (isIgnored)
        {
            if (field.IsUnsupported)
            {
                context.Report(AttributeMessages.IgnoredUnsupported(ignore.Syntax));
            }
            ignore.Finish();
        }
        if (attributes.TryTakeSingle("relation", out AttributeArguments relation))
        {
            context.Report(AttributeMessages.NotARelation(relation.Syntax));
        }
        bool isUpdatedAt = attributes.TryTakeSingle("updatedAt", out AttributeArguments updatedAt);
        if (isUpdatedAt)
        {
            CheckUpdatedAt(context, field, ref updatedAt);
        }
        DefaultValue? value = null;
        if (attributes.TryTakeSingle("default", out AttributeArguments given))
        {
            value = DefaultReader.Read(context, field, ref given);
            given.Finish();
        }
        if (field.Type is not null)
        {
            attributes.TakeNativeType();
        }
        return field.Traits with
        {
            Stage = TraitsStage.Read,
            MappedName = map,
            IsIgnored = isIgnored || field.IsIgnored,
            IsUpdatedAt = isUpdatedAt,
            Default = value,
        };
    }

    private static void CheckUpdatedAt(BindingContext context, ScalarField field, ref AttributeArguments arguments)
    {
        if (field.Type != ScalarType.DateTime)
        {
            context.Report(AttributeMessages.UpdatedAtType(arguments.Syntax));
        }
        if (field.IsList)
        {
            context.Report(AttributeMessages.UpdatedAtList(arguments.Syntax));
        }
        arguments.Finish();
    }

    /// <summary>
    /// No two columns of a table have one name. A field's own name counts too, unless that field has another name in the database.
    /// </summary>
    private static void CheckMappedName(
        BindingContext context,
        ModelEntry model,
        FieldEntry entry,
        string map,
        Dictionary<string, FieldEntry> mapped
    )
    {
        bool isTaken = !mapped.TryAdd(map, entry);
        if (!isTaken && model.FindField(map) is { } other && other != entry && other.Scalar is not null)
        {
            isTaken = other.Syntax.Attribute("map") is null;
        }
        if (isTaken)
        {
            context.Report(NameMessages.DuplicateField(model.Kind, model.Name, entry.Name, entry.Syntax.Span));
        }
    }

    private static string? MappedName(ref AttributeSet attributes, out AttributeSyntax? attribute)
    {
        attribute = null;
        if (!attributes.TryTakeSingle("map", out AttributeArguments arguments))
        {
            return null;
        }
        attribute = arguments.Syntax;
        string? name = arguments.Required("name") is { } value ? arguments.Text(value) : null;
        arguments.Finish();
        return name;
    }

    private static string? Schema(ref AttributeSet attributes, out SourceSpan? span)
    {
        span = null;
        if (!attributes.TryTakeSingle("schema", out AttributeArguments arguments))
        {
            return null;
        }
        ExpressionSyntax? value = arguments.Required("map");
        string? name = value is null ? null : arguments.Text(value);
        span = value?.Span ?? arguments.Syntax.Span;
        arguments.Finish();
        return name;
    }
}
