using System.Text;

namespace Dormouse.Migrations.Tests.Generated;

/// <summary>
/// Makes schemas from a seed: enums, models with keys and indexes of all kinds, relations of all kinds, names of tables and columns,
/// several database schemas. Nearly all are valid; whether one is, Prisma says.
/// </summary>
internal sealed class SchemaGenerator
{
    private static readonly string[] Places = ["auth", "public", "zoo"];
    private static readonly string[] Actions = ["Cascade", "Restrict", "SetNull", "NoAction", "SetDefault"];

    /// <summary>Those that the query engine can do in the database's place.</summary>
    private static readonly string[] EmulatedActions = Actions[..3];
    private static readonly string[] TableNames = ["the {0}", "{0}_größe", LongName];
    private const string LongName = "{0}_with_a_name_that_leaves_little_room_for_what_is_put_behind_it";

    private readonly Random random;
    private readonly bool hasPlaces;
    private readonly bool isEmulated;
    private readonly StringBuilder text = new();
    private readonly List<string> enums = [];
    private readonly List<Table> tables = [];
    private FieldGenerator fields;

    private SchemaGenerator(int seed)
    {
        random = new Random(seed);
        hasPlaces = random.Next(4) == 0;
        isEmulated = random.Next(6) == 0;
        fields = new FieldGenerator(random, enums);
    }

    public static string Generate(int seed)
    {
        SchemaGenerator generator = new(seed);
        generator.WriteDatasource();
        generator.WriteEnums();
        generator.MakeTables();
        for (int count = generator.random.Next(6); count > 0; count--)
        {
            generator.AddRelation($"R{count}");
        }
        generator.WriteTables();
        return generator.text.ToString();
    }

    private void WriteDatasource()
    {
        text.Append("datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n");
        text.Append(isEmulated ? "  relationMode = \"prisma\"\n" : "");
        text.Append(hasPlaces ? "  schemas = [\"zoo\", \"public\", \"auth\"]\n" : "").Append("}\n");
    }

    private void WriteEnums()
    {
        for (int index = random.Next(3); index > 0; index--)
        {
            string name = $"Enum{index}";
            enums.Add(name);
            text.Append($"enum {name} {{\n  A{(random.Next(2) == 0 ? " @map(\"the first\")" : "")}\n  B\n  C @map(\"ç-3\")\n");
            text.Append(random.Next(3) == 0 ? $"  @@map(\"{name.ToLowerInvariant()} type\")\n" : "").Append(Place()).Append("}\n");
        }
        fields = new FieldGenerator(random, enums);
    }

    private void MakeTables()
    {
        for (int index = random.Next(1, 6); index > 0; index--)
        {
            Table table = new($"{(char)('A' + random.Next(26))}{index}", random.Next(3) == 0 ? fields.Pick(TableNames) : null);
            for (int count = random.Next(7); count > 0; count--)
            {
                table.Fields.Add(fields.Next($"f{count}"));
            }
            AddKey(table);
            AddIndexes(table);
            tables.Add(table);
        }
    }

    private void AddKey(Table table)
    {
        string[] types =
        [
            "Int @default(autoincrement())",
            "Int",
            "BigInt @default(autoincrement())",
            "Int @db.SmallInt @default(autoincrement())",
            "String @default(uuid())",
            "String @db.VarChar(30)",
            "String @db.Uuid @default(dbgenerated(\"gen_random_uuid()\"))",
            "DateTime",
            "Decimal @db.Decimal(10, 2)",
            .. enums,
        ];
        string type = fields.Pick(types);
        switch (random.Next(8))
        {
            case 0:
                table.Lines.Add("  x Int");
                table.Lines.Add("  y String @db.VarChar(9)");
                table.Blocks.Add($"  @@id([y, x]{(random.Next(2) == 0 ? ", map: \"key of " + table.Name + "\"" : "")})");
                table.Key = [("x", "Int"), ("y", "String @db.VarChar(9)")];
                break;
            case 1:
                table.Lines.Add($"  id {type} @unique");
                table.Key = [("id", WithoutDefault(type))];
                break;
            default:
                table.Lines.Add($"  id {type} @id{(random.Next(4) == 0 ? "(map: \"id of " + table.Name + "\")" : "")}");
                table.Key = [("id", WithoutDefault(type))];
                table.HasSingleId = true;
                break;
        }
    }

    private void AddIndexes(Table table)
    {
        GeneratedField[] sortable = [.. table.Fields.Where(field => field.IsSortable)];
        if (sortable.Length == 0)
        {
            return;
        }
        for (int count = random.Next(4); count > 0; count--)
        {
            GeneratedField[] chosen = [.. sortable.OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
            string list = string.Join(", ", chosen.Select(field => field.Name + fields.Pick(["", "", "(sort: Desc)", "(sort: Asc)"])));
            bool isUnique = random.Next(4) == 0;
            string kind = isUnique ? "unique" : "index";
            // Two indexes must not get the same name, which they would where the same is indexed twice or the names are cut.
            bool isNamed =
                random.Next(3) == 0
                || !table.Unnamed.Add(table.IsLong ? kind : kind + string.Join(' ', chosen.Select(field => field.Name)));
            string name = isNamed ? $", map: \"ix {table.Name} {count}\"" : "";
            table.Blocks.Add(
                (isUnique, chosen.Length, random.Next(3)) switch
                {
                    (false, 1, 0) => $"  @@index([{chosen[0].Name}], type: Hash{name})",
                    (false, _, 1) => $"  @@index([{list}], type: BTree{name})",
                    _ => $"  @@{kind}([{list}]{name})",
                }
            );
        }
    }

    private void AddRelation(string name)
    {
        int first = random.Next(tables.Count);
        int second = random.Next(tables.Count);
        if (isEmulated && first <= second)
        {
            // The query engine refuses to follow circles.
            return;
        }
        Table from = tables[first];
        Table to = tables[second];
        string lower = name.ToLowerInvariant();
        if (random.Next(3) == 0)
        {
            if (from.HasSingleId && to.HasSingleId)
            {
                from.Lines.Add($"  {lower}a {to.Name}[] @relation(\"{name}\")");
                to.Lines.Add($"  {lower}b {from.Name}[] @relation(\"{name}\")");
            }
            return;
        }
        bool isOptional = random.Next(2) == 0;
        bool isOneToOne = random.Next(3) == 0;
        string mark = isOptional ? "?" : "";
        foreach ((string field, string type) in to.Key)
        {
            string[] words = type.Split(' ', 2);
            from.Lines.Add($"  {lower}{field} {words[0]}{mark}{(words.Length > 1 ? " " + words[1] : "")}");
        }
        string keys = string.Join(", ", to.Key.Select(key => lower + key.Field));
        string references = string.Join(", ", to.Key.Select(key => key.Field));
        string[] actions = isEmulated ? EmulatedActions : Actions;
        string chosen = random.Next(3) == 0 ? $", onDelete: {fields.Pick(actions)}, onUpdate: {fields.Pick(actions)}" : "";
        string map = random.Next(4) == 0 || !from.Unnamed.Add(from.IsLong ? "key" : name) ? $", map: \"fk {name}\"" : "";
        from.Lines.Add($"  {lower} {to.Name}{mark} @relation(\"{name}\", fields: [{keys}], references: [{references}]{chosen}{map})");
        to.Lines.Add($"  {lower}b {from.Name}{(isOneToOne ? "?" : "[]")} @relation(\"{name}\")");
        if (isOneToOne)
        {
            from.Blocks.Add($"  @@unique([{keys}], map: \"uq {name}\")");
        }
    }

    private void WriteTables()
    {
        foreach (Table table in tables)
        {
            text.Append($"model {table.Name} {{\n");
            foreach (string line in table.Fields.Select(field => field.Line).Concat(table.Lines).Concat(table.Blocks))
            {
                text.Append(line).Append('\n');
            }
            text.Append(table.Form is { } form ? $"  @@map(\"{string.Format(null, form, table.Name)}\")\n" : "");
            text.Append(Place()).Append("}\n");
        }
    }

    private string Place() => hasPlaces ? $"  @@schema(\"{Places[random.Next(Places.Length)]}\")\n" : "";

    private static string WithoutDefault(string type)
    {
        int start = type.IndexOf(" @default", StringComparison.Ordinal);
        return start < 0 ? type : type[..start];
    }

    private sealed class Table(string name, string? form)
    {
        public string Name { get; } = name;

        /// <summary>What the name of the table is made after, if it is not the model's.</summary>
        public string? Form { get; } = form;

        public bool IsLong => Form == LongName;

        /// <summary>What has a name that Prisma makes.</summary>
        public HashSet<string> Unnamed { get; } = [];

        public List<GeneratedField> Fields { get; } = [];

        /// <summary>Keys and relations, whole lines.</summary>
        public List<string> Lines { get; } = [];

        /// <summary>What stands behind two at signs.</summary>
        public List<string> Blocks { get; } = [];

        /// <summary>What relations refer to.</summary>
        public (string Field, string Type)[] Key { get; set; } = [];

        public bool HasSingleId { get; set; }
    }
}
