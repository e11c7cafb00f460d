using System.Text;

namespace Dormouse.EndToEnd.Differential.Schemas;

/// <summary>Writes a schema in Prisma's language.</summary>
internal static class SchemaText
{
    public static string Of(SchemaBlueprint schema)
    {
        StringBuilder text = new();
        string features = string.Join(", ", schema.Features.Select(feature => $"\"{feature}\""));
        text.Append($"generator client {{\n  provider = \"prisma-client-js\"\n  previewFeatures = [{features}]\n}}\n");
        IEnumerable<string?> used = schema.Models.Select(model => model.Place).Concat(schema.Enums.Select(one => one.Place));
        IEnumerable<string> places = used.Distinct().Order(StringComparer.Ordinal).Select(place => $"\"{place}\"");
        string schemas = schema.HasPlaces ? $"  schemas = [{string.Join(", ", places)}]\n" : "";
        text.Append($"datasource db {{\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n{schemas}}}\n");
        foreach (EnumBlueprint one in schema.Enums)
        {
            Write(text, one);
        }
        foreach (ModelBlueprint model in schema.Models)
        {
            Write(text, schema, model);
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, EnumBlueprint one)
    {
        text.Append($"enum {one.Name} {{\n");
        foreach ((string name, string stored) in one.Values)
        {
            text.Append($"  {name}{(name == stored ? "" : $" @map(\"{stored}\")")}\n");
        }
        text.Append(Block("map", one.Map)).Append(Block("schema", one.Place)).Append("}\n");
    }

    private static void Write(StringBuilder text, SchemaBlueprint schema, ModelBlueprint model)
    {
        text.Append($"{(model.ViewOf is null ? "model" : "view")} {model.Name} {{\n");
        foreach (FieldBlueprint field in model.Fields)
        {
            text.Append($"  {Line(model, field)}\n");
        }
        foreach (RelationEnd end in schema.EndsOf(model.Name))
        {
            text.Append($"  {Line(end)}\n");
        }
        if (model.Id.Fields.Count > 1)
        {
            text.Append($"  @@{IdOf(model)}([{string.Join(", ", model.Id.Fields)}]{Name(model.Id)})\n");
        }
        foreach (KeyBlueprint key in model.Uniques)
        {
            text.Append($"  @@unique([{string.Join(", ", key.Fields)}]{Name(key)})\n");
        }
        text.Append(Block("map", model.Table)).Append(Block("schema", model.Place));
        text.Append(model.IsIgnored ? "  @@ignore\n}\n" : "}\n");
    }

    // A view has no primary key.
    private static string IdOf(ModelBlueprint model) => model.ViewOf is null ? "id" : "unique";

    private static string Line(ModelBlueprint model, FieldBlueprint field)
    {
        StringBuilder line = new($"{field.Name} {field.TypeName}");
        line.Append(
            field.IsList ? "[]"
            : field.IsRequired ? ""
            : "?"
        );
        line.Append(model.Id.Fields is [var id] && id == field.Name ? $" @{IdOf(model)}" : "");
        line.Append(field.IsUnique ? " @unique" : "");
        line.Append(field.Default is null ? "" : $" @default({field.Default})");
        line.Append(field.IsUpdatedAt ? " @updatedAt" : "");
        line.Append(field.Column is null ? "" : $" @map(\"{field.Column.Replace("\\", "\\\\", StringComparison.Ordinal)}\")");
        line.Append(field.Native.Length == 0 ? "" : $" @db.{field.Native}");
        line.Append(field.IsIgnored ? " @ignore" : "");
        return line.ToString();
    }

    private static string Line(RelationEnd end)
    {
        RelationBlueprint relation = end.Relation;
        string arity =
            end.IsList ? "[]"
            : end.IsRequired ? ""
            : "?";
        StringBuilder line = new($"{end.Name} {end.Other}{arity} @relation(\"{relation.Name}\"");
        if (end.HoldsKey)
        {
            line.Append($", fields: [{string.Join(", ", relation.Fields)}], references: [{string.Join(", ", relation.References)}]");
            line.Append(relation.OnDelete is null ? "" : $", onDelete: {relation.OnDelete}");
            line.Append(relation.OnUpdate is null ? "" : $", onUpdate: {relation.OnUpdate}");
        }
        return line.Append(')').ToString();
    }

    private static string Name(KeyBlueprint key) => key.Name is null ? "" : $", name: \"{key.Name}\"";

    private static string Block(string attribute, string? value) => value is null ? "" : $"  @@{attribute}(\"{value}\")\n";
}
