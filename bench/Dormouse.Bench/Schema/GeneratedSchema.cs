using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Bench.Schema;

/// <summary>
/// A schema as large applications have them: each model has twelve scalars, an enum, an index and a relation to an earlier model. Two
/// of the same size differ in a comment alone, so that each is new to whoever keeps them by hash.
/// </summary>
internal sealed class GeneratedSchema
{
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

    /// <summary>The table of the first model, which is all that the bench's query needs.</summary>
    public const string Table = """
        CREATE TABLE "Model0" (
            "id" SERIAL PRIMARY KEY, "name" TEXT NOT NULL, "note" TEXT, "count" INTEGER NOT NULL DEFAULT 0, "total" BIGINT NOT NULL DEFAULT 0,
            "price" DECIMAL(65,30), "rate" DOUBLE PRECISION, "active" BOOLEAN NOT NULL DEFAULT true, "tags" TEXT[], "data" JSONB,
            "kind" TEXT NOT NULL DEFAULT 'A', "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
        );
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
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $$"""

            model Model{{model}} {
              id        Int      @id @default(autoincrement())
              name      String
              note      String?
              count     Int      @default(0)
              total     BigInt   @default(0)
              price     Decimal?
              rate      Float?
              active    Boolean  @default(true)
              tags      String[]
              data      Json?
              kind      Kind     @default(A)
              createdAt DateTime @default(now())
              updatedAt DateTime @updatedAt
            """
        );
        if (model > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  parentId  Int?");
            text.AppendLine(CultureInfo.InvariantCulture, $"  parent    Model{model / 2}? @relation(fields: [parentId], references: [id])");
        }
        for (int child = model == 0 ? 1 : 2 * model; child <= (2 * model) + 1 && child < models; child++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  children{child} Model{child}[]");
        }
        text.AppendLine("\n  @@index([name, createdAt])\n}");
    }
}
