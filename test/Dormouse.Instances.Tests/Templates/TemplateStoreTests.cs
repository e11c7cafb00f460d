using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Templates;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Templates;

public sealed class TemplateStoreTests : IDisposable
{
    private readonly TestDataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_template_is_at_most_15_MB_in_at_most_550_files()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        FileInfo[] files = new DirectoryInfo(template.DataPath).GetFiles("*", SearchOption.AllDirectories);
        Assert.InRange(files.Sum(file => file.Length), 1, 15 << 20);
        Assert.InRange(files.Length, 1, 550);
    }

    [Fact]
    public async Task Secrets_are_sealed_and_closed_to_others()
    {
        var box = new SecretBox(new Dictionary<uint, byte[]> { [1] = RandomNumberGenerator.GetBytes(SecretBox.KeyBytes) });
        InstanceTemplate template = await new TemplateStore(folder.Combine("templates"), box, TimeProvider.System).EnsureAsync(
            await TestImage.GetAsync(),
            TestContext.Current.CancellationToken
        );
        string file = Path.Combine(Path.GetDirectoryName(template.DataPath)!, "secrets");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain(template.Secrets.AppPassword, Encoding.UTF8.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        Assert.DoesNotContain(template.Secrets.AppPassword, template.ToString(), StringComparison.Ordinal);

        var again = new TemplateStore(folder.Combine("templates"), box, TimeProvider.System);
        Assert.Equal(template, await again.EnsureAsync(template.Image, TestContext.Current.CancellationToken));

        var other = new SecretBox(new Dictionary<uint, byte[]> { [1] = RandomNumberGenerator.GetBytes(SecretBox.KeyBytes) });
        DormouseException failure = await Assert.ThrowsAsync<DormouseException>(() =>
            new TemplateStore(folder.Combine("templates"), other, TimeProvider.System).EnsureAsync(
                template.Image,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal("DM3011", failure.Code);
    }

    [Fact]
    public async Task Two_that_want_the_same_template_make_it_once()
    {
        Directory.CreateDirectory(folder.Combine("templates", ".building-cut-short"));
        InstanceTemplate[] templates = await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(async _ =>
                    await new TemplateStore(folder.Combine("templates"), null, TimeProvider.System).EnsureAsync(
                        await TestImage.GetAsync(),
                        TestContext.Current.CancellationToken
                    )
                )
        );
        Assert.Equal(templates[0].Secrets, templates[1].Secrets);
        Assert.Single(Directory.GetDirectories(folder.Combine("templates")));
    }

    [Fact]
    public async Task A_clone_has_the_templates_content_and_belongs_to_its_owner()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        // What a clone that was cut short leaves is no obstacle.
        Directory.CreateDirectory(folder.Combine("data" + TemplateStore.CloningSuffix, "half"));
        int? owner = HostUsers.CanChoose ? HostUsers.Template + 5 : null;
        await TestImage.Templates.CloneAsync(template, folder.Combine("data"), owner, TestContext.Current.CancellationToken);

        Assert.Equal(Listing(template.DataPath), Listing(folder.Combine("data")));
        Assert.False(Directory.Exists(folder.Combine("data" + TemplateStore.CloningSuffix)));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(folder.Combine("data"))
        );
        if (owner is { } user)
        {
            HostCommandResult found = await HostCommand
                .Of("find", folder.Combine("data"), "-not", "-uid", $"{user}", "-or", "-not", "-gid", $"{user}")
                .RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal("", found.Output + found.Errors);
        }
    }

    [Fact]
    public async Task A_clone_never_replaces_a_data_directory()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        Directory.CreateDirectory(folder.Combine("data"));
        await File.WriteAllTextAsync(folder.Combine("data", "precious"), "", TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<IOException>(() =>
            TestImage.Templates.CloneAsync(template, folder.Combine("data"), null, TestContext.Current.CancellationToken)
        );
        Assert.True(File.Exists(folder.Combine("data", "precious")));
    }

    private static IEnumerable<string> Listing(string data) =>
        new DirectoryInfo(data)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => $"{file.FullName[data.Length..]} {file.Length} {file.UnixFileMode}")
            .Order(StringComparer.Ordinal);
}
