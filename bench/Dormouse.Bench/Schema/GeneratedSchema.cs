using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Bench.Schema;

/// <summary>
/// A schema as large applications have them, laid out as Prisma's own formatter does: each model has an id, a name, two times, nine fields
/// of its own, an index and a relation to an earlier model. Few lines are the same in two models: names and types differ, and columns
/// are as wide as the model's longest name. Two schemas of one size differ in a comment alone, so that each is new to whoever keeps them
/// by hash.
/// </summary>
internal sealed class GeneratedSchema
{
    private const int OwnFields = 9;

    private static readonly string[] Subjects =
    [
        "account",
        "billing",
        "cart",
        "contact",
        "customer",
        "delivery",
        "device",
        "invoice",
        "ledger",
        "member",
        "order",
        "owner",
        "partner",
        "payment",
        "product",
        "region",
        "session",
        "shipment",
        "supplier",
        "ticket",
        "vendor",
        "visit",
        "warehouse",
    ];

    private static readonly string[] Aspects =
    [
        "Address",
        "Amount",
        "Balance",
        "Category",
        "Code",
        "Comment",
        "Country",
        "Currency",
        "Date",
        "Discount",
        "Key",
        "Label",
        "Level",
        "Note",
        "Number",
        "Origin",
        "Rank",
        "Rate",
        "Reference",
        "Status",
        "Total",
        "Url",
        "Weight",
    ];

    private static readonly (string Type, string Attributes)[] Types =
    [
        ("String", ""),
        ("String?", "@db.VarChar(64)"),
        ("Int", "@default(0)"),
        ("BigInt", "@default(0)"),
        ("Decimal?", "@db.Decimal(12, 2)"),
        ("Float?", ""),
        ("Boolean", "@default(true)"),
        ("String[]", ""),
        ("Json?", ""),
        ("Kind", "@default(A)"),
        ("DateTime?", "@db.Date"),
        ("String", "@unique"),
    ];

    private GeneratedSchema(int models, string text)
    {
        Models = models;
        Upload = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Upload)));
    }

    public int Models { get; }

    /// <summary>The body of the upload.</summary>
    public string Upload { get; }

    /// <summary>What names it in URLs.</summary>
    public string Hash { get; }

    /// <summary>What the bench's query needs of the first model's table.</summary>
    public const string Table = """
        CREATE TABLE "Model0" ("id" SERIAL PRIMARY KEY, "name" TEXT NOT NULL);
        INSERT INTO "Model0" ("name") VALUES ('first');
        """;

    /// <summary>The query: a record by its id.</summary>
    public const string Query =
        """{"modelName":"Model0","action":"findUnique","query":{"arguments":{"where":{"id":1}},"selection":{"id":true,"name":true}}}""";

    public static GeneratedSchema Of(int models, int edition)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"// Edition {edition}");
        text.AppendLine(
            """
            generator client {
              provider = "prisma-client-js"
            }

            datasource db {
              provider = "postgresql"
              url      = env("DATABASE_URL")
            }

            enum Kind {
              A
              B
              C
            }
            """
        );
        for (int model = 0; model < models; model++)
        {
            AppendModel(text, model, models);
        }
        return new GeneratedSchema(models, text.ToString());
    }

    private static void AppendModel(StringBuilder text, int model, int models)
    {
        List<(string Name, string Type, string Attributes)> fields =
        [
            ("id", "Int", "@id @default(autoincrement())"),
            ("name", "String", ""),
            .. Enumerable.Range(0, OwnFields).Select(field => OwnField(model, field)),
            ("createdAt", "DateTime", "@default(now())"),
            ("updatedAt", "DateTime", "@updatedAt"),
        ];
        if (model > 0)
        {
            fields.Add(("parentId", "Int?", ""));
            fields.Add(("parent", $"Model{model / 2}?", "@relation(fields: [parentId], references: [id])"));
        }
        for (int child = model == 0 ? 1 : 2 * model; child <= (2 * model) + 1 && child < models; child++)
        {
            fields.Add(($"children{child}", $"Model{child}[]", ""));
        }
        int nameWidth = fields.Max(field => field.Name.Length);
        int typeWidth = fields.Max(field => field.Type.Length);
        text.Append(CultureInfo.InvariantCulture, $"\nmodel Model{model} {{\n");
        foreach ((string name, string type, string attributes) in fields)
        {
            string line = $"  {name.PadRight(nameWidth)} {type.PadRight(typeWidth)} {attributes}";
            text.Append(line.TrimEnd()).Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"\n  @@index([name, createdAt])\n}}\n");
    }

    // The same for the same model and field; the strides have no factor in common with the lengths, so that all pairs come up.
    private static (string Name, string Type, string Attributes) OwnField(int model, int field)
    {
        int number = (model * OwnFields) + field;
        (string type, string attributes) = Types[(number * 7) % Types.Length];
        // The number of the field keeps names of one model apart.
        return ($"{Subjects[(number * 11) % Subjects.Length]}{Aspects[(number / 3) % Aspects.Length]}{field}", type, attributes);
    }
}
