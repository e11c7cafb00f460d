using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>All ways to take a model, a relation, a field or an ornament out of a trial's schema, and what belongs to it out of its rows.</summary>
internal static class SchemaReductions
{
    public static IEnumerable<Trial> Of(Trial trial)
    {
        SchemaBlueprint schema = trial.Schema;
        foreach (ModelBlueprint model in schema.Models.Where(_ => schema.Models.Count > 1))
        {
            RelationBlueprint[] left = [.. schema.Relations.Where(one => one.From != model.Name && one.To != model.Name)];
            ModelBlueprint[] others = [.. schema.Models.Where(other => other != model && other.ViewOf != model.Name)];
            yield return With(trial, schema with { Models = others, Relations = left });
        }
        foreach (RelationBlueprint relation in schema.Relations)
        {
            yield return With(trial, schema with { Relations = [.. schema.Relations.Where(other => other != relation)] });
        }
        foreach (ModelBlueprint model in schema.Models)
        {
            foreach (ModelBlueprint smaller in Smaller(model))
            {
                ModelBlueprint[] models = [.. schema.Models.Select(other => other == model ? smaller : other)];
                yield return With(trial, schema with { Models = models });
            }
        }
        if (schema.Features.Count > 0)
        {
            yield return With(trial, schema with { Features = [] });
        }
        if (schema.HasPlaces)
        {
            ModelBlueprint[] models = [.. schema.Models.Select(model => model with { Place = null })];
            EnumBlueprint[] enums = [.. schema.Enums.Select(one => one with { Place = null })];
            yield return With(trial, schema with { Models = models, Enums = enums });
        }
        HashSet<string?> used = [.. schema.Models.SelectMany(model => model.Fields).Select(field => field.EnumName)];
        if (schema.Enums.Any(one => !used.Contains(one.Name)))
        {
            yield return With(trial, schema with { Enums = [.. schema.Enums.Where(one => used.Contains(one.Name))] });
        }
    }

    private static IEnumerable<ModelBlueprint> Smaller(ModelBlueprint model)
    {
        foreach (FieldBlueprint field in model.Fields)
        {
            if (!model.Id.Fields.Contains(field.Name) && !model.Uniques.Any(key => key.Fields.Contains(field.Name)))
            {
                yield return model with
                {
                    Fields = [.. model.Fields.Where(other => other != field)],
                };
            }
            foreach (FieldBlueprint plainer in Plainer(field))
            {
                yield return model with
                {
                    Fields = [.. model.Fields.Select(other => other == field ? plainer : other)],
                };
            }
        }
        if (model.Uniques.Count > 0)
        {
            yield return model with
            {
                Uniques = [],
            };
        }
        if (model.Table is not null)
        {
            yield return model with
            {
                Table = null,
            };
        }
    }

    private static IEnumerable<FieldBlueprint> Plainer(FieldBlueprint field)
    {
        if (field.Column is not null)
        {
            yield return field with
            {
                Column = null,
            };
        }
        if (field.Default is not null)
        {
            yield return field with
            {
                Default = null,
            };
        }
        if (field.Native.Length > 0)
        {
            yield return field with
            {
                Native = "",
            };
        }
        if (field.IsUnique)
        {
            yield return field with
            {
                IsUnique = false,
            };
        }
    }

    private static Trial With(Trial trial, SchemaBlueprint schema)
    {
        HashSet<string> models = [.. schema.Models.Select(model => model.Name)];
        HashSet<string> relations = [.. schema.Relations.Select(relation => relation.Name)];
        Row[] rows = [.. trial.Rows.Rows.Where(row => models.Contains(row.Model)).Select(row => Reduced(row, schema.Model(row.Model)))];
        Link[] links = [.. trial.Rows.Links.Where(link => relations.Contains(link.Relation))];
        return trial with { Schema = schema, Rows = new RowSet(rows, links) };
    }

    private static Row Reduced(Row row, ModelBlueprint model)
    {
        HashSet<string> fields = [.. model.Fields.Select(field => field.Name)];
        return row with { Values = row.Values.Where(pair => fields.Contains(pair.Key)).ToDictionary() };
    }
}
