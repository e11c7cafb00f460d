using System.Globalization;
using System.Text;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>What Prisma's description of a model does not show.</summary>
public sealed class SchemaModelTests
{
    /// <summary>Measured: 13. The tree, the model and what the passes note, with room for a field more here and there.</summary>
    private const int MostBytesPerCharacter = 16;

    [Fact]
    public void The_fields_of_a_model_with_many_relations_find_their_other_sides()
    {
        const int Count = 100;
        StringBuilder text = new("model Hub {\n  id Int @id\n");
        for (int number = 0; number < Count; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  spokes{number} Spoke[] @relation(\"r{number}\")\n");
        }
        text.Append("}\nmodel Spoke {\n  id Int @id\n");
        for (int number = 0; number < Count; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  key{number} Int\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"  hub{number} Hub @relation(\"r{number}\", fields: [key{number}], references: [id])\n"
            );
        }

        PrismaSchema schema = SchemaReader.Read(text.Append('}').ToString()).Schema!;

        Assert.Equal(Count, schema.Relations.Count);
        Assert.All(schema.Relations, relation => Assert.Equal("spokes" + relation.SideA.Name["hub".Length..], relation.SideB.Name));
    }

    [Fact]
    public void A_datasource_without_an_address_is_accepted_unless_asked_for()
    {
        const string Text = "datasource db {\n  provider = \"postgresql\"\n}\n";
        Assert.True(SchemaReader.Read(Text).IsValid);
        Assert.False(SchemaReader.Read(Text, new SchemaOptions { RequireUrl = true }).IsValid);
    }

    [Fact]
    public void Configuration_is_kept()
    {
        PrismaSchema schema = Read(Corpus.Read("valid", "extensions"));
        Assert.Equal("URL", schema.Datasource!.Url!.EnvironmentVariable);
        Assert.Equal(["citext", "postgis", "uuid-ossp"], schema.Datasource.Extensions.Select(extension => extension.DatabaseName));
        Assert.True(schema.HasPreviewFeature("PostgresqlExtensions"));
        Assert.Equal(RelationMode.Prisma, Read(Corpus.Read("valid", "relation-mode")).RelationMode);
    }

    [Fact]
    public void Relations_have_their_sides_keys_and_actions()
    {
        PrismaSchema schema = Read(Corpus.Read("valid", "relations"));
        Relation profile = Relation(schema, "Profile", "user");
        Assert.Equal((RelationKind.OneToOne, "fk_user"), (profile.Kind, profile.ForeignKeyName));
        Assert.Equal((ReferentialAction.Cascade, ReferentialAction.Restrict), (profile.OnDelete, profile.OnUpdate));

        Relation author = Relation(schema, "Post", "author");
        Assert.Equal((RelationKind.OneToMany, "Post_authorId_fkey"), (author.Kind, author.ForeignKeyName));
        Assert.Same(schema.Models.Single(model => model.Name == "User"), author.SideB.Model);
        Assert.Same(author.SideA, author.SideB.Opposite);

        // The key may be absent as a whole but not in part, so the record cannot simply lose it.
        Assert.Equal(ReferentialAction.Restrict, Relation(schema, "Vote", "comment").OnDelete);
        Assert.Equal(ReferentialAction.SetNull, Relation(schema, "User", "manager").OnDelete);

        Relation likes = Relation(schema, "User", "liked");
        Assert.Equal((RelationKind.ManyToMany, "_Likes"), (likes.Kind, likes.JoinTable!.Name));
        Assert.Equal(("Post", "User"), (likes.SideA.Model.Name, likes.SideB.Model.Name));
        Assert.Equal("friendOf", Relation(schema, "User", "friends").SideA.Name);
    }

    [Fact]
    public void Files_are_read_together()
    {
        SchemaReading reading = SchemaReader.Read(
            [
                new SourceFile("a.prisma", "model A {\n  id Int @id\n  bs B[]\n}\n"),
                new SourceFile("b.prisma", "model B {\n  id Int @id\n  a A\n}\n"),
            ],
            SchemaOptions.Default
        );
        Assert.All(reading.Diagnostics, diagnostic => Assert.Equal(("b.prisma", 3), (diagnostic.Span.Source.Name, diagnostic.Line)));
        Assert.Contains(
            "must specify the `fields` argument",
            Assert.IsType<string>(reading.Diagnostics[0].Message),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Findings_are_shown_with_their_lines()
    {
        SchemaReading reading = SchemaReader.Read("model A {\n  id Itn @id\n}\n");
        Assert.Equal(
            "error: Type \"Itn\" is neither a built-in type, nor refers to another model, composite type, or enum. Did you mean \"Int\"?\n"
                + "  -->  schema.prisma:2:6\n   | \n 1 | model A {\n 2 |   id Itn @id\n   | \n",
            DiagnosticText.Render(reading.Diagnostics)
        );
    }

    [Fact]
    public void Findings_and_length_are_bounded()
    {
        string broken = string.Concat(Enumerable.Repeat("nonsense\n", 10_000));
        Assert.Equal(SchemaOptions.Default.MostDiagnostics, SchemaReader.Read(broken).Diagnostics.Count);
        SchemaReading tooLong = SchemaReader.Read(broken, new SchemaOptions { MostCharacters = 100 });
        Assert.Contains("90000", Assert.Single(tooLong.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_of_a_thousand_models_takes_little_memory()
    {
        StringBuilder text = new("datasource db {\n  provider = \"postgresql\"\n}\n");
        for (int model = 0; model < 1_000; model++)
        {
            text.Append(null, $"model Model{model} {{\n  id Int @id @default(autoincrement())\n  email String @unique @db.VarChar(200)\n");
            text.Append("  name String? @map(\"full_name\")\n  createdAt DateTime @default(now())\n  updatedAt DateTime @updatedAt\n");
            text.Append("  amount Decimal @default(0) @db.Decimal(12, 2)\n  tags String[]\n  data Json?\n");
            text.Append(null, $"  nextId Int?\n  next Model{(model + 1) % 1_000}? @relation(fields: [nextId], references: [id])\n");
            text.Append(null, $"  previous Model{(model + 999) % 1_000}[]\n  @@index([createdAt, name])\n  @@map(\"table_{model}\")\n}}\n");
        }
        string schema = text.ToString();
        // What other threads make would not be counted.
        SchemaOptions onOneThread = new() { MostThreads = 1 };
        Assert.True(SchemaReader.Read(schema, onOneThread).IsValid);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SchemaReader.Read(schema, onOneThread);
        double perCharacter = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)schema.Length;
        // Memory stands for work here: unlike time it is the same on a busy machine.
        Assert.True(perCharacter < MostBytesPerCharacter, $"{perCharacter:0.0} bytes for each of {schema.Length} characters");
    }

    private static PrismaSchema Read(string text)
    {
        SchemaReading reading = SchemaReader.Read(text);
        Assert.True(reading.IsValid, string.Join('\n', reading.Diagnostics));
        return reading.Schema;
    }

    private static Relation Relation(PrismaSchema schema, string model, string field)
    {
        Assert.True(schema.TryGetModel(model, out Model? found));
        Assert.True(found.TryGetField(field, out Field? relation));
        return Assert.IsType<RelationField>(relation).Relation;
    }
}
