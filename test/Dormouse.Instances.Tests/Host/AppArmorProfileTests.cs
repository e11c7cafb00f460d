using Dormouse.Instances.Host;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Host;

/// <summary>What can be held without AppArmor in the kernel; that the profile is taken and allows sandboxes was seen on Ubuntu 24.04.</summary>
public sealed class AppArmorProfileTests
{
    [Fact]
    public void It_names_the_program_and_how_to_be_rid_of_it()
    {
        string text = AppArmorProfile.Text("/usr/bin/bwrap");

        Assert.Contains("profile dormouse-bwrap /usr/bin/bwrap flags=(unconfined) {\n  userns,\n", text, StringComparison.Ordinal);
        Assert.Contains($"apparmor_parser --remove {AppArmorProfile.Path} && rm {AppArmorProfile.Path}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("profile bwrap /usr/bin/bwrap flags=(attach_disconnected,mediate_deleted) {", true)]
    [InlineData("/usr/bin/bwrap flags=(unconfined) {", true)]
    [InlineData("  /usr/bin/bwrap ix,", false)]
    [InlineData("# profile for /usr/bin/bwrap", false)]
    [InlineData("profile chrome /opt/google/chrome/chrome flags=(unconfined) {", false)]
    public void A_profile_of_somebody_else_for_the_same_program_is_found(string line, bool isOther)
    {
        using var folder = new TestDataFolder();
        Directory.CreateDirectory(folder.Combine("profiles"));
        File.WriteAllText(folder.Combine("profiles/some"), $"abi <abi/4.0>,\n{line}\n}}\n");

        Assert.Equal(isOther, AppArmorProfile.HasOther("/usr/bin/bwrap", folder.Combine("profiles")));
        Assert.False(AppArmorProfile.HasOther("/usr/bin/bwrap", folder.Combine("nowhere")));
    }
}
