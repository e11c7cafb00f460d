using Dormouse.Contracts;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schemas;
using Dormouse.Testing;

namespace Dormouse.Tests.Schemas;

public sealed class SchemaFilesTests : IDisposable
{
    private readonly TestDataFolder folder = new();

    [Fact]
    public void Without_a_name_the_usual_places_are_tried_in_order()
    {
        Assert.Equal("DM1016", Assert.Throws<DormouseException>(() => SchemaFiles.Read(null, folder.Path)).Code);
        Write("prisma/schema.prisma", "second");
        Assert.Equal([("prisma/schema.prisma", "second")], Read(null));
        Write("schema.prisma", "first");
        Assert.Equal([("schema.prisma", "first")], Read(null));
    }

    [Fact]
    public void A_folder_is_one_schema_of_all_files_in_it_and_below()
    {
        Write("db/models/b.prisma", "b");
        Write("db/a.prisma", "a");
        Write("db/notes.md", "no schema");

        Assert.Equal([("db/a.prisma", "a"), ("db/models/b.prisma", "b")], Read("db"));
    }

    [Fact]
    public void A_circle_of_links_comes_to_an_end()
    {
        Write("db/a.prisma", "a");
        Directory.CreateSymbolicLink(folder.Combine("db", "again"), folder.Combine("db"));

        Assert.Contains(("db/a.prisma", "a"), Read("db"));
    }

    [Theory]
    [InlineData("missing.prisma")]
    [InlineData("empty")]
    public void A_name_that_leads_to_no_schema_is_refused(string name)
    {
        Directory.CreateDirectory(folder.Combine("empty"));

        Assert.Equal("DM1016", Assert.Throws<DormouseException>(() => SchemaFiles.Read(name, folder.Path)).Code);
    }

    [Fact]
    public void A_file_that_is_too_large_for_a_schema_is_not_read()
    {
        using (FileStream file = File.Create(folder.Combine("schema.prisma")))
        {
            file.SetLength(64L * 1024 * 1024 + 1);
        }

        Assert.Equal("DM1016", Assert.Throws<DormouseException>(() => SchemaFiles.Read(null, folder.Path)).Code);
    }

    public void Dispose() => folder.Dispose();

    private IEnumerable<(string, string)> Read(string? name) =>
        SchemaFiles.Read(name, folder.Path).Select((SourceFile file) => (file.Name, file.Text.ToString()));

    private void Write(string name, string text)
    {
        string path = folder.Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
